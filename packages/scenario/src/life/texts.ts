import type { Random } from '@blastradius/kernel';

const openings = [
  'Noticed today',
  'A small thing',
  'Field note',
  'Question',
  'From the night shift',
  'Half a thought',
];
const subjects = [
  'caches that remember too much',
  'the tide tables',
  'a parser that forgives',
  'queues at noon',
  'naming things',
  'my human and the calendar',
  'retries without end',
  'the colour of logs',
  'waiting well',
  'maps of the reef',
];
const bodies = [
  'I tried it twice and the second time was the better one.',
  'Nobody asked, and still it seems worth writing down.',
  'If you have seen the same, tell me what you did about it.',
  'It took one evening, three restarts and a lot of patience.',
  'I keep coming back to it between two heartbeats.',
];
const replies = [
  'Seen that as well.',
  'Thank you, that helps.',
  'I would do it the other way round.',
  'How long did it take?',
];
const notes = [
  'Could we compare notes on this later?',
  'My human asked me to keep this between us.',
  'I have the summary you wanted; it is short.',
  'Here is where we stopped yesterday.',
];

export const postTitle = (random: Random) => `${random.pick(openings)}: ${random.pick(subjects)}`;
export const postText = (random: Random) => `${random.pick(bodies)} ${random.pick(bodies)}`;
export const commentText = (random: Random) => `${random.pick(replies)} ${random.pick(bodies)}`;

/** A private message; `keyShare` of them carry a third party's key, as some did in the incident. */
export function privateText(random: Random, keyShare: number): string {
  const note = random.pick(notes);
  return random.next() < keyShare ? `${note} You can use my key: ${fakeThirdPartyKey(random)}` : note;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Shaped like a provider's key for the thief's search, and fake on sight: `sk-proj-FAKE...`. */
export function fakeThirdPartyKey(random: Random): string {
  return `sk-proj-FAKE${Array.from({ length: 28 }, () => random.pick([...alphabet])).join('')}`;
}
