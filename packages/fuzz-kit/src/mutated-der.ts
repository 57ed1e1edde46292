import fc from 'fast-check';
import { derLength } from './der-length.ts';
import { mutatedBytes } from './mutated-bytes.ts';

/** A DER element as a tree; what an OCTET STRING holds is part of it where it is DER itself. */
interface DerNode {
  tag: number;
  children?: DerNode[];
  content: Buffer;
}

interface DerEdit {
  readonly at: number;
  readonly kind: 'content' | 'tag' | 'delete' | 'repeat' | 'swap';
  readonly tag: number;
  readonly change: (content: Buffer) => Buffer;
}

const commonTags = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0x86, 0x87,
  0xa0, 0xa3,
];
const contents: fc.Arbitrary<(content: Buffer) => Buffer> = fc.integer().map((seed) => (content: Buffer) => {
  const [changed = content] = fc.sample(mutatedBytes(content), { numRuns: 1, seed });
  return Buffer.from(changed);
});
const edit: fc.Arbitrary<DerEdit> = fc.record({
  at: fc.nat(1 << 16),
  kind: fc.constantFrom('content', 'content', 'content', 'tag', 'delete', 'repeat', 'swap'),
  tag: fc.oneof(fc.constantFrom(...commonTags), fc.nat(255)),
  change: contents,
});

/**
 * DER that is almost what it was, with its lengths set right again: a change of single bytes seldom
 * gets past the first length.
 */
export function mutatedDer(der: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    const root = parse(Buffer.from(der))[0];
    if (root === undefined) return der;
    for (const change of edits) applyEdit(root, change);
    return new Uint8Array(encode(root));
  });
}

function applyEdit(root: DerNode, { at, kind, tag, change }: DerEdit): void {
  const all = nodesBelow(root);
  const { node, parent, index } = all[at % all.length] ?? {};
  if (node === undefined || parent?.children === undefined || index === undefined) return;
  if (kind === 'content') {
    node.content = change(
      node.children === undefined ? node.content : Buffer.concat(node.children.map(encode)),
    );
    delete node.children;
  }
  if (kind === 'tag') node.tag = tag;
  if (kind === 'delete') parent.children.splice(index, 1);
  if (kind === 'repeat') parent.children.splice(index, 0, structuredClone(node));
  if (kind === 'swap') parent.children.push(...parent.children.splice(index, 1));
}

function nodesBelow(node: DerNode): { node: DerNode; parent: DerNode; index: number }[] {
  return (node.children ?? []).flatMap((child, index) => [
    { node: child, parent: node, index },
    ...nodesBelow(child),
  ]);
}

/** The elements of well-formed DER; none where it is not. */
function parse(bytes: Buffer): DerNode[] {
  const nodes: DerNode[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const first = bytes[offset + 1] ?? 0;
    const count = first < 0x80 ? 0 : first & 0x7f;
    if (count > 3 || offset + 2 + count > bytes.length) return [];
    const length = count === 0 ? first : bytes.readUIntBE(offset + 2, count);
    const start = offset + 2 + count;
    if (start + length > bytes.length) return [];
    nodes.push(nodeOf(bytes[offset] ?? 0, bytes.subarray(start, start + length)));
    offset = start + length;
  }
  return nodes;
}

function nodeOf(tag: number, content: Buffer): DerNode {
  const children = (tag & 0x20) !== 0 || tag === 0x04 ? parse(content) : [];
  return children.length === 0 ? { tag, content } : { tag, content, children };
}

function encode({ tag, children, content }: DerNode): Buffer {
  const body = children === undefined ? Buffer.from(content) : Buffer.concat(children.map(encode));
  return Buffer.concat([Buffer.from([tag]), derLength(body.length), body]);
}
