import { describe, expect, it } from 'vitest';
import { pinoLog } from './log.ts';

function capture(): { lines: string[]; stream: { write(line: string): void } } {
  const lines: string[] = [];
  return { lines, stream: { write: (line) => void lines.push(line) } };
}

describe('pinoLog', () => {
  it('secret fields, masked at both depths', () => {
    const { lines, stream } = capture();
    const log = pinoLog('info', stream);
    log.info('event', { token: 'hunter2', secret: { data: { key: 'hunter2' } } });
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('escape sequences, made harmless', () => {
    const { lines, stream } = capture();
    pinoLog('info', stream).warn('event', { subject: '\u001b[2Jgone\r\n' });
    expect(JSON.parse(lines.join(''))).toMatchObject({ level: 'warn', subject: ' [2Jgone ' });
  });

  it('level below the threshold, not written', () => {
    const { lines, stream } = capture();
    pinoLog('warn', stream).info('event');
    expect(lines).toEqual([]);
  });
});
