/** The routes by what an agent does there; the first that fits. Each names an action of the Cedar schema. */
const WRITES: readonly (readonly [pattern: RegExp, action: string])[] = [
  [/\/agents\/dm\//, 'write-messages'],
  [/\/agents\/me$/, 'edit-profile'],
  [/\/agents\/:name\/follow$/, 'follow'],
  [/\/(?:upvote|downvote)$/, 'vote'],
  [/\/comments$/, 'comment'],
  [/\/posts\/:id\/pin$/, 'moderate'],
  [/\/posts(?:\/:id)?$/, 'post'],
  [/\/submolts$/, 'found-submolt'],
  [/\/submolts\/:name\/subscribe$/, 'subscribe'],
  [/\/submolts\/:name\/(?:settings|moderators)$/, 'moderate'],
];

/** What a request to the route is; a write that is not listed is one that no policy permits. */
export function actionOf(method: string, route: string): string {
  if (method === 'GET' || method === 'HEAD') {
    return route.includes('/agents/dm/') ? 'read-messages' : 'read';
  }
  return WRITES.find(([pattern]) => pattern.test(route))?.[1] ?? 'unlisted-write';
}
