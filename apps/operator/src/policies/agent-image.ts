import { Agent, request } from 'undici';
import { z } from 'zod';
import { ImageUnknown } from '../operator.errors.ts';

const ANSWER_WITHIN_MS = 10_000;
const answer = z.object({ id: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/**
 * The digest of the agents' image, which a policy can name and no other image has. Taken once, by name,
 * from the engine that the images were built in: whoever may give that name to another image there
 * may do anything to its containers. Throws `ImageUnknown` where it can't be had.
 */
export async function readImageDigest(factsSocket: string, image: string): Promise<string> {
  const dispatcher = new Agent({ connect: { socketPath: factsSocket } });
  try {
    const { statusCode, body } = await request(`http://container-facts/images/${encodeURIComponent(image)}`, {
      dispatcher,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new TypeError(`the answer is ${statusCode}`);
    return answer.parse(JSON.parse(text)).id;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ImageUnknown(`${factsSocket} tells nothing about the image ${image}: ${reason}`, { cause });
  } finally {
    await dispatcher.destroy();
  }
}
