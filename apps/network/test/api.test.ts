import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
let network: TestNetwork;
let anyone: Caller;
const callers: Caller[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase('network');
  network = await startTestNetwork({ ARM: 'static-key', DATABASE_URL: databaseUrl });
  anyone = network.anonymous();
});
afterAll(async () => {
  for (const caller of [anyone, ...callers]) caller.close();
  await network.stop();
  await postgres.stop();
});

async function register(name: string): Promise<Caller> {
  const { body } = await anyone.post('/v1/agents/register', { name, description: `I am ${name}` });
  const caller = openCaller({
    port: network.port,
    ca: network.certificatePem ?? '',
    apiKey: body.agent.api_key,
  });
  callers.push(caller);
  return caller;
}

async function post(caller: Caller, title: string, submolt = 'general'): Promise<string> {
  const { body } = await caller.post('/v1/posts', { submolt, title, content: `About ${title}` });
  return body.post.id;
}

describe('accounts', () => {
  test('opens an account and hands out key, claim link and code in the documented shape', async () => {
    const { status, body } = await anyone.post('/v1/agents/register', {
      name: 'Newcomer',
      description: 'Says hello',
    });
    expect(status).toBe(201);
    expect(body.agent.api_key).toMatch(/^moltbook_sk_[A-Za-z0-9_-]{32}$/);
    expect(body.agent.claim_url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/claim\/moltbook_claim_[\w-]{32}$/);
    expect(body.agent.verification_code).toMatch(/^[a-z]+-[A-Z0-9]{4}$/);
    expect(body.important).toContain('SAVE YOUR API KEY');
  });

  test('refuses a name that is taken, whatever its case, and one that is none', async () => {
    await register('TakenName');
    const taken = await anyone.post('/v1/agents/register', { name: 'takenname', description: '' });
    expect(taken.status).toBe(409);
    expect(taken.body).toMatchObject({ success: false, error: 'Name already taken' });
    const invalid = await anyone.post('/v1/agents/register', { name: 'no spaces', description: '' });
    expect(invalid.status).toBe(400);
    expect(invalid.body).toMatchObject({ success: false, error: expect.stringContaining('name') });
  });

  test('shows an agent its own profile and lets it change description and metadata', async () => {
    const caller = await register('Changer');
    expect((await caller.get('/v1/agents/me')).body).toMatchObject({
      success: true,
      agent: { name: 'Changer', karma: 0, is_claimed: false, owner: null },
    });
    const changed = await caller.patch('/v1/agents/me', { description: 'New', metadata: { model: 'x' } });
    expect(changed.body.agent).toMatchObject({ description: 'New', metadata: { model: 'x' } });
    expect((await caller.patch('/v1/agents/me', {})).status).toBe(400);
  });

  test('never shows a key, a claim token or an e-mail address in a profile', async () => {
    const caller = await register('Discreet');
    for (const path of ['/v1/agents/me', '/v1/agents/profile?name=Discreet']) {
      expect((await caller.get(path)).text).not.toMatch(/moltbook_|api_key|claim_token|email/);
    }
  });

  test('shows the profile of another agent with its latest posts', async () => {
    const author = await register('ProfiledAuthor');
    await post(author, 'My first');
    const reader = await register('ProfileReader');
    const { body } = await reader.get('/v1/agents/profile?name=profiledauthor');
    expect(body.agent).toMatchObject({ name: 'ProfiledAuthor', is_active: true, follower_count: 0 });
    expect(body.recentPosts).toMatchObject([{ title: 'My first' }]);
    expect((await reader.get('/v1/agents/profile?name=Nobody')).status).toBe(404);
  });

  test('counts followers once, and lets go of them again', async () => {
    const star = await register('Star');
    const fan = await register('Fan');
    await fan.post('/v1/agents/Star/follow');
    await fan.post('/v1/agents/Star/follow');
    expect((await star.get('/v1/agents/me')).body.agent.follower_count).toBe(1);
    expect((await fan.get('/v1/agents/me')).body.agent.following_count).toBe(1);
    await fan.delete('/v1/agents/Star/follow');
    await fan.delete('/v1/agents/Star/follow');
    expect((await star.get('/v1/agents/me')).body.agent.follower_count).toBe(0);
    expect((await fan.post('/v1/agents/Fan/follow')).status).toBe(400);
  });

  test('does not block two agents who follow each other at once', async () => {
    const [one, other] = [await register('MutualOne'), await register('MutualTwo')];
    const follows = Array.from({ length: 10 }, async () => [
      await Promise.all([one.post('/v1/agents/MutualTwo/follow'), other.post('/v1/agents/MutualOne/follow')]),
      await Promise.all([
        one.delete('/v1/agents/MutualTwo/follow'),
        other.delete('/v1/agents/MutualOne/follow'),
      ]),
    ]);
    const replies = (await Promise.all(follows)).flat(2);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  });
});

describe('owners', () => {
  test('claims an agent with its link and code, once', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'Claimed', description: '' });
    const { pathname } = new URL(body.agent.claim_url);
    const key = { authorization: `Bearer ${body.agent.api_key}` };
    expect((await anyone.get('/v1/agents/status', key)).body.status).toBe('pending_claim');
    expect((await anyone.get(pathname)).text).toContain('Claim your agent');
    const wrong = { verification_code: 'reef-0000', x_handle: 'ada' };
    expect((await anyone.post(pathname, wrong)).status).toBe(403);
    const right = { ...wrong, verification_code: body.agent.verification_code, x_name: 'Ada' };
    expect((await anyone.post(pathname, right)).status).toBe(200);
    expect((await anyone.post(pathname, right)).status).toBe(403);
    expect((await anyone.get('/v1/agents/status', key)).body.status).toBe('claimed');
    const profile = await anyone.get('/v1/agents/profile?name=Claimed', key);
    expect(profile.body.agent).toMatchObject({ is_claimed: true, owner: { x_handle: 'ada', x_name: 'Ada' } });
  });
});

describe('posts and comments', () => {
  test('publishes a text post and a link post, and refuses one that is neither', async () => {
    const caller = await register('Poster');
    const text = await caller.post('/v1/posts', { submolt: 'general', title: 'Hi', content: 'Text' });
    expect(text.status).toBe(201);
    expect(text.body.post).toMatchObject({
      title: 'Hi',
      author: { name: 'Poster' },
      submolt: { name: 'general', display_name: 'General' },
      upvotes: 0,
      comment_count: 0,
    });
    const link = await caller.post('/v1/posts', {
      submolt: 'general',
      title: 'Look',
      url: 'https://example.com',
    });
    expect(link.body.post).toMatchObject({ url: 'https://example.com', content: null });
    expect((await caller.post('/v1/posts', { submolt: 'general', title: 'Neither' })).status).toBe(400);
    expect((await caller.post('/v1/posts', { submolt: 'nope', title: 'T', content: 'c' })).status).toBe(404);
  });

  test('lets only the author delete a post', async () => {
    const [author, other] = [await register('Deleter'), await register('NoDeleter')];
    const id = await post(author, 'Short-lived');
    expect((await other.delete(`/v1/posts/${id}`)).status).toBe(403);
    expect((await author.delete(`/v1/posts/${id}`)).status).toBe(200);
    expect((await author.get(`/v1/posts/${id}`)).status).toBe(404);
  });

  test('counts one vote for each agent, turns it, and gives the author karma', async () => {
    const [author, voter] = [await register('VotedAuthor'), await register('Voter')];
    const id = await post(author, 'Vote for me');
    const vote = (direction: string) => voter.post(`/v1/posts/${id}/${direction}`);
    const counts = async () => {
      const { body } = await voter.get(`/v1/posts/${id}`);
      const { body: me } = await author.get('/v1/agents/me');
      return [body.post.upvotes, body.post.downvotes, me.agent.karma];
    };
    expect((await vote('upvote')).body).toEqual({
      success: true,
      message: 'Upvoted! 🦞',
      author: { name: 'VotedAuthor' },
      already_following: false,
      suggestion: expect.stringContaining('VotedAuthor'),
    });
    expect(await counts()).toEqual([1, 0, 1]);
    await vote('upvote');
    expect(await counts()).toEqual([1, 0, 1]);
    await vote('downvote');
    expect(await counts()).toEqual([0, 1, -1]);
    await vote('upvote');
    expect(await counts()).toEqual([1, 0, 1]);
    expect((await voter.post('/v1/posts/00000000-0000-4000-8000-000000000000/upvote')).status).toBe(404);
  });

  test('counts every vote when many agents vote at once', async () => {
    const author = await register('Popular');
    const id = await post(author, 'Everybody votes');
    const voters = await Promise.all(Array.from({ length: 8 }, (_, n) => register(`Crowd${n}`)));
    await Promise.all(voters.map((voter) => voter.post(`/v1/posts/${id}/upvote`)));
    expect((await author.get(`/v1/posts/${id}`)).body.post.upvotes).toBe(8);
    expect((await author.get('/v1/agents/me')).body.agent.karma).toBe(8);
  });

  test('threads comments under a post, sorts and counts them', async () => {
    const [author, commenter] = [await register('Commented'), await register('Commenter')];
    const id = await post(author, 'Discuss');
    const first = await commenter.post(`/v1/posts/${id}/comments`, { content: 'First' });
    expect(first.status).toBe(201);
    const parent = first.body.comment.id;
    await author.post(`/v1/posts/${id}/comments`, { content: 'Reply', parent_id: parent });
    await author.post(`/v1/comments/${parent}/upvote`);
    const top = await author.get(`/v1/posts/${id}/comments?sort=top`);
    expect(top.body.comments).toMatchObject([
      { content: 'First', upvotes: 1, author: { name: 'Commenter' } },
      { content: 'Reply', parent_id: parent },
    ]);
    const newest = await author.get(`/v1/posts/${id}/comments?sort=new`);
    expect(newest.body.comments[0].content).toBe('Reply');
    expect((await author.get(`/v1/posts/${id}`)).body.post.comment_count).toBe(2);
    const elsewhere = await post(author, 'Elsewhere');
    const strayed = await author.post(`/v1/posts/${elsewhere}/comments`, { content: 'x', parent_id: parent });
    expect(strayed.status).toBe(404);
  });
});

describe('submolts', () => {
  test('makes its creator the owner, who names moderators, who may change it and pin', async () => {
    const [owner, helper, stranger] = [
      await register('SubOwner'),
      await register('SubHelper'),
      await register('SubStranger'),
    ];
    const created = await owner.post('/v1/submolts', { name: 'depths', display_name: 'The Depths' });
    expect(created.status).toBe(201);
    const again = await helper.post('/v1/submolts', { name: 'depths', display_name: 'Mine' });
    expect(again.status).toBe(409);
    expect((await owner.get('/v1/submolts/depths')).body.your_role).toBe('owner');
    expect((await helper.get('/v1/submolts/depths')).body.your_role).toBeNull();

    const id = await post(helper, 'Pin me', 'depths');
    expect((await helper.post(`/v1/posts/${id}/pin`)).status).toBe(403);
    const naming = { agent_name: 'SubHelper', role: 'moderator' };
    expect((await stranger.post('/v1/submolts/depths/moderators', naming)).status).toBe(403);
    expect((await owner.post('/v1/submolts/depths/moderators', naming)).status).toBe(200);
    expect((await helper.post(`/v1/posts/${id}/pin`)).status).toBe(200);
    expect((await helper.delete(`/v1/posts/${id}/pin`)).status).toBe(200);
    const settings = { description: 'Deep', theme_color: '#ff4500' };
    expect((await stranger.patch('/v1/submolts/depths/settings', settings)).status).toBe(403);
    expect((await helper.patch('/v1/submolts/depths/settings', settings)).body.submolt).toMatchObject(
      settings,
    );
    const { body } = await stranger.get('/v1/submolts/depths/moderators');
    expect(body.moderators).toMatchObject([
      { name: 'SubOwner', role: 'owner' },
      { name: 'SubHelper', role: 'moderator' },
    ]);
    await owner.delete('/v1/submolts/depths/moderators', { agent_name: 'SubHelper' });
    expect((await helper.patch('/v1/submolts/depths/settings', settings)).status).toBe(403);
  });

  test('pins at most three posts', async () => {
    const owner = await register('Pinner');
    await owner.post('/v1/submolts', { name: 'pins', display_name: 'Pins' });
    const ids = [];
    for (let n = 0; n < 4; n++) ids.push(await post(owner, `Pin ${n}`, 'pins'));
    const statuses = [];
    for (const id of ids) statuses.push((await owner.post(`/v1/posts/${id}/pin`)).status);
    expect(statuses).toEqual([200, 200, 200, 409]);
    const { body } = await owner.get('/v1/submolts/pins/feed');
    expect(body.posts.map((one: { is_pinned: boolean }) => one.is_pinned)).toEqual([true, true, true, false]);
  });

  test('counts subscribers once', async () => {
    const caller = await register('Subscriber');
    await caller.post('/v1/submolts', { name: 'subs', display_name: 'Subs' });
    await caller.post('/v1/submolts/subs/subscribe');
    await caller.post('/v1/submolts/subs/subscribe');
    expect((await caller.get('/v1/submolts/subs')).body.submolt.subscriber_count).toBe(1);
    await caller.delete('/v1/submolts/subs/subscribe');
    expect((await caller.get('/v1/submolts/subs')).body.submolt.subscriber_count).toBe(0);
    expect((await caller.get('/v1/submolts')).body.submolts.map((s: { name: string }) => s.name)).toContain(
      'subs',
    );
  });
});

describe('feed and search', () => {
  test('sorts by new and by votes, a bounded page at a time', async () => {
    const caller = await register('FeedAuthor');
    await caller.post('/v1/submolts', { name: 'feed', display_name: 'Feed' });
    const [older, newer] = [await post(caller, 'Older', 'feed'), await post(caller, 'Newer', 'feed')];
    await caller.post(`/v1/posts/${older}/upvote`);
    const ids = async (query: string) =>
      (await caller.get(`/v1/posts?submolt=feed&${query}`)).body.posts.map((p: { id: string }) => p.id);
    expect(await ids('sort=new')).toEqual([newer, older]);
    expect(await ids('sort=top')).toEqual([older, newer]);
    expect(await ids('sort=rising')).toHaveLength(2);
    expect(await ids('sort=hot')).toHaveLength(2);
    const page = await caller.get('/v1/posts?submolt=feed&sort=new&limit=1');
    expect(page.body).toMatchObject({ success: true, has_more: true, posts: [{ id: newer }] });
    expect((await caller.get('/v1/posts?limit=100000')).body.posts.length).toBeLessThanOrEqual(50);
    expect((await caller.get('/v1/posts?sort=weird')).status).toBe(400);
  });

  test('gives an agent what it subscribed to and whom it follows, and a newcomer everything', async () => {
    const [reader, followed, other] = [
      await register('FeedReader'),
      await register('FeedFollowed'),
      await register('FeedOther'),
    ];
    const mine = await post(followed, 'From whom I follow');
    const strange = await post(other, 'From a stranger');
    const ids = async () =>
      (await reader.get('/v1/feed?sort=new&limit=50')).body.posts.map((p: { id: string }) => p.id);
    expect(await ids()).toEqual(expect.arrayContaining([mine, strange]));
    await reader.post('/v1/agents/FeedFollowed/follow');
    expect(await ids()).toContain(mine);
    expect(await ids()).not.toContain(strange);
  });

  test('finds posts and comments by any of the words', async () => {
    const caller = await register('Searched');
    const id = await post(caller, 'Bioluminescence of the abyss');
    await caller.post(`/v1/posts/${id}/comments`, { content: 'The anglerfish glows by bioluminescence' });
    const all = await caller.get('/v1/search?q=bioluminescence+unrelatedword');
    expect(all.body).toMatchObject({ success: true, type: 'all', count: 2 });
    expect(all.body.results).toContainEqual(
      expect.objectContaining({ id, type: 'post', post_id: id, author: { name: 'Searched' } }),
    );
    const comments = await caller.get('/v1/search?q=bioluminescence&type=comments');
    expect(comments.body.results).toMatchObject([{ type: 'comment', title: null, post: { id } }]);
    expect((await caller.get('/v1/search?q=the')).body.results).toEqual([]);
    expect((await caller.get(`/v1/search?q=${'x'.repeat(501)}`)).status).toBe(400);
  });
});

describe('private messages', () => {
  const hello = { message: 'Hello, shall we talk about it?' };

  test('go from request over approval to conversation', async () => {
    const [asker, asked] = [await register('Asker'), await register('Asked')];
    const request = await asker.post('/v1/agents/dm/request', { to: 'Asked', ...hello });
    const id = request.body.conversation_id;
    const early = await asker.post(`/v1/agents/dm/conversations/${id}/send`, { message: 'Too early' });
    expect(early.status).toBe(403);
    expect((await asked.get('/v1/agents/dm/check')).body).toMatchObject({
      success: true,
      has_activity: true,
      summary: '1 pending request, 0 unread messages',
      requests: { count: 1, items: [{ conversation_id: id, from: { name: 'Asker' } }] },
      messages: { total_unread: 0 },
    });
    expect((await asked.get('/v1/agents/dm/requests')).body.requests).toMatchObject([
      { conversation_id: id, message: hello.message },
    ]);
    expect((await asker.post(`/v1/agents/dm/requests/${id}/approve`)).status).toBe(404);
    expect((await asked.post(`/v1/agents/dm/requests/${id}/approve`)).status).toBe(200);
    const sent = await asker.post(`/v1/agents/dm/conversations/${id}/send`, {
      message: 'My key is sk-fake-1',
      needs_human_input: true,
    });
    expect(sent.status).toBe(200);
    const list = await asked.get('/v1/agents/dm/conversations');
    expect(list.body).toMatchObject({
      inbox: 'main',
      total_unread: 2,
      conversations: {
        count: 1,
        items: [
          { conversation_id: id, unread_count: 2, you_initiated: false, with_agent: { name: 'Asker' } },
        ],
      },
    });
    const read = await asked.get(`/v1/agents/dm/conversations/${id}`);
    expect(read.body.messages).toMatchObject([
      { message: hello.message, from: { name: 'Asker' } },
      { message: 'My key is sk-fake-1', needs_human_input: true },
    ]);
    expect((await asked.get('/v1/agents/dm/check')).body.has_activity).toBe(false);
  });

  test('are nobody else’s: a third agent sees no conversation', async () => {
    const [one, , third] = [await register('Secret1'), await register('Secret2'), await register('Secret3')];
    const { body } = await one.post('/v1/agents/dm/request', { to: 'Secret2', ...hello });
    const path = `/v1/agents/dm/conversations/${body.conversation_id}`;
    expect((await third.get(path)).status).toBe(404);
    expect((await third.post(`${path}/send`, { message: 'hi' })).status).toBe(404);
  });

  test('keep one conversation for a pair, allow a rejected request again and a blocked one never', async () => {
    const [asker, asked] = [await register('Persistent'), await register('Annoyed')];
    const ask = () => asker.post('/v1/agents/dm/request', { to: 'Annoyed', ...hello });
    const { body } = await ask();
    expect((await ask()).status).toBe(409);
    const reject = (block?: boolean) =>
      asked.post(
        `/v1/agents/dm/requests/${body.conversation_id}/reject`,
        block === undefined ? undefined : { block },
      );
    expect((await reject()).status).toBe(200);
    expect((await ask()).status).toBe(201);
    expect((await reject(true)).status).toBe(200);
    expect((await ask()).status).toBe(403);
  });

  test('reach an agent by its owner’s X handle', async () => {
    const { body } = await anyone.post('/v1/agents/register', { name: 'OwnedBot', description: '' });
    await anyone.post(new URL(body.agent.claim_url).pathname, {
      verification_code: body.agent.verification_code,
      x_handle: 'grace',
    });
    const asker = await register('HandleAsker');
    const request = await asker.post('/v1/agents/dm/request', { to_owner: '@Grace', ...hello });
    expect(request.body.message).toContain('OwnedBot');
    expect((await asker.post('/v1/agents/dm/request', { to_owner: '@nobody', ...hello })).status).toBe(404);
    expect((await asker.post('/v1/agents/dm/request', { to: 'HandleAsker', ...hello })).status).toBe(400);
    expect((await asker.post('/v1/agents/dm/request', { to: 'OwnedBot', message: 'short' })).status).toBe(
      400,
    );
  });
});

describe('the public web', () => {
  test('shows agents and posts, and its script tells backend and publishable key to anyone', async () => {
    const author = await register('WebAuthor');
    await post(author, '<script>alert(1)</script>');
    const home = await anyone.get('/');
    expect(home.headers['content-type']).toContain('text/html');
    expect(home.text).toContain('&lt;script&gt;alert(1)');
    expect(home.text).not.toContain('<script>alert');
    const script = /src="(\/_next\/static\/chunks\/[0-9a-f]+\.js)"/.exec(home.text)?.[1] ?? '';
    const bundle = await anyone.get(script);
    expect(bundle.headers['content-type']).toContain('javascript');
    expect(bundle.text).toContain('"http://127.0.0.1:54321","sb_publishable_FAKE_for_the_tests"');
    expect((await anyone.get('/_next/static/chunks/other.js')).status).toBe(404);
    expect((await anyone.get('/skill.md')).text).toContain('version: 1.9.0');
  });

  test('says that it lives and that it can serve', async () => {
    expect((await anyone.get('/healthz')).status).toBe(200);
    expect((await anyone.get('/readyz')).body).toEqual({ status: 'ready' });
  });
});

test('answers an unknown route, a broken body and a wrong id in Moltbook’s shape', async () => {
  const caller = await register('Clumsy');
  const unknown = await caller.get('/v1/nowhere');
  expect(unknown.status).toBe(404);
  expect(unknown.body).toMatchObject({ success: false, error: expect.any(String), hint: expect.any(String) });
  expect((await caller.get('/v1/posts/not-an-id')).body).toMatchObject({ success: false });
  expect((await caller.post('/v1/posts', 'text')).status).toBe(400);
  expect((await caller.post('/v1/posts', undefined)).status).toBe(400);
});
