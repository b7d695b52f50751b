import type { PlacedNode } from '../../../document/placed.ts';
import { lastOf, nothing, opened, reopened } from './nodes.ts';
import type { Ledger, OpenList, OpenMap } from './nodes.ts';

/** An open map or list; `isWaiting`: its last value is still to come. */
export type Frame = {
  indent: number;
  node: OpenMap | OpenList;
  isWaiting: boolean;
  anchor: string | undefined;
};

/** The maps and lists that are open at one place of a text, by their indentation. */
export class Frames {
  readonly #ledger: Ledger;
  readonly #root: OpenList;
  readonly #frames: Frame[];

  constructor(at: number, ledger: Ledger) {
    this.#ledger = ledger;
    this.#root = { kind: 'list', items: [nothing(at)], start: at };
    this.#frames = [{ indent: -1, node: this.#root, isWaiting: true, anchor: undefined }];
  }

  /** What was read so far. */
  get roots(): readonly PlacedNode[] {
    return this.#root.items;
  }

  /** How many are open. */
  get depth(): number {
    return this.#frames.length;
  }

  /** Closes what is indented more than `column`, and then what is asked for. */
  closeTo(column: number, isClosed: (top: Frame) => boolean): void {
    let top = this.top;
    while (top.indent >= 0 && (top.indent > column || (isClosed(top) && !top.isWaiting))) {
      this.#close();
      top = this.top;
    }
  }

  /** The map or list of this column: the open one, or a new one in the value that is to come. */
  open(kind: 'map' | 'list', column: number, at: number): Frame {
    let top = this.top;
    if (top.indent === column && top.node.kind === kind) return top;
    if (top.indent === column && kind === 'map') {
      // `- ` at this column waits for an item and a key follows: the list has ended.
      this.#close();
      top = this.top;
      if (top.indent === column && top.node.kind === kind) return top;
    }
    this.#ledger.count(this.depth);
    const last = lastOf(top.node);
    const isStrange = !top.isWaiting && last !== undefined && last.kind !== 'text';
    const node = isStrange && last.kind === kind ? reopened(last) : opened(kind, at);
    if (node === last) this.#ledger.isSure = false;
    else this.fill(top, node);
    const frame: Frame = { indent: column, node, isWaiting: false, anchor: undefined };
    this.#frames.push(frame);
    this.#ledger.begin(node);
    return frame;
  }

  #close(): void {
    const closed = this.#frames.pop();
    if (closed !== undefined) this.#ledger.end(closed.node);
  }

  /** The innermost one; the root is always there. */
  get top(): Frame {
    return (
      this.#frames.at(-1) ?? { indent: -1, node: this.#root, isWaiting: true, anchor: undefined }
    );
  }

  /** Gives the last value of a container what was read; a second one is nobody's, and kept. */
  fill(frame: Frame, node: PlacedNode): void {
    this.#ledger.anchor(frame.anchor, node);
    frame.anchor = undefined;
    if (frame.isWaiting) this.#replace(frame, node);
    else {
      this.#ledger.isSure = false;
      this.#ledger.count(this.depth);
      if (frame.node.kind === 'list') frame.node.items.push(node);
      else frame.node.entries.push({ key: '', start: node.start, value: node, isAlias: false });
    }
    frame.isWaiting = false;
  }

  #replace({ node }: Frame, value: PlacedNode): void {
    if (node.kind === 'list') node.items[node.items.length - 1] = value;
    else {
      const last = node.entries.at(-1);
      if (last !== undefined) last.value = value;
    }
  }
}
