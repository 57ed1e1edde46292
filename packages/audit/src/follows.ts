import type { Head, Link } from './chain.ts';

/** Whether a record is the next one after `head`. */
export function follows(link: Link, head: Head): boolean {
  return link.sequence === head.sequence + 1 && link.previousHash === head.hash;
}
