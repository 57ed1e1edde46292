import type { Template } from '../template/parse-template.ts';

/** One segment of a path: fixed, or what stands before and after the one value in it. */
interface SegmentShape {
  readonly before: string;
  readonly after: string;
  readonly isFixed: boolean;
}

const shapes = new WeakMap<Template, readonly SegmentShape[]>();

/** Whether values exist with which both make the same SPIFFE ID. A template that is refused for two places in one segment is not asked. */
export function mayCollide(one: Template, other: Template): boolean {
  const ours = shapesOf(one);
  const theirs = shapesOf(other);
  return ours.length === theirs.length && ours.every((shape, index) => overlaps(shape, theirs[index]));
}

function overlaps(one: SegmentShape, other: SegmentShape | undefined): boolean {
  if (other === undefined) return false;
  if (one.isFixed && other.isFixed) return one.before === other.before;
  if (one.isFixed) return fits(one.before, other);
  if (other.isFixed) return fits(other.before, one);
  const beginsAlike = one.before.startsWith(other.before) || other.before.startsWith(one.before);
  return beginsAlike && (one.after.endsWith(other.after) || other.after.endsWith(one.after));
}

function fits(fixed: string, { before, after }: SegmentShape): boolean {
  return fixed.length > before.length + after.length && fixed.startsWith(before) && fixed.endsWith(after);
}

function shapesOf(template: Template): readonly SegmentShape[] {
  const known = shapes.get(template);
  if (known !== undefined) return known;
  // Neither character can stand in a SPIFFE ID: they mark the trust domain's place and that of a value.
  const marked = template.parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.name === 'trustDomain' ? '\u0001' : '\u0000';
    })
    .join('');
  const read = marked.split('/').map((segment): SegmentShape => {
    const [before = '', ...after] = segment.split('\u0000');
    return { before, after: after.join('\u0000'), isFixed: after.length === 0 };
  });
  shapes.set(template, read);
  return read;
}
