import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import type { LogLevel } from '../../config.ts';
import { printable } from '../../domain/stop.ts';
import type { Log } from '../../reconcile/telemetry.ts';

/** Keys whose values never reach the log, at any depth up to two. */
const SECRET_KEYS = ['password', 'token', 'authorization', 'data', 'stringData', 'credentials'];

/** JSON lines on stdout: `time` in RFC 3339, `level` as a word, control characters made harmless. */
export function pinoLog(level: LogLevel, stream?: DestinationStream): Log {
  const options = {
    level,
    base: { app: 'gitward' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '***' },
  };
  const logger = stream === undefined ? pino(options) : pino(options, stream);
  return {
    debug: (message, fields) => logger.debug(safe(fields), message),
    info: (message, fields) => logger.info(safe(fields), message),
    warn: (message, fields) => logger.warn(safe(fields), message),
    error: (message, fields) => logger.error(safe(fields), message),
  };
}

function safe(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    typeof value === 'string' ? printable(value) : value,
  ]);
  return Object.fromEntries(entries);
}
