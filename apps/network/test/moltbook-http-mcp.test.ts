import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

const require = createRequire(import.meta.url);

let postgres: Postgres;
let network: TestNetwork;
const clients: McpClient[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  network = await startTestNetwork({
    ARM: 'static-key',
    DATABASE_URL: await postgres.createDatabase('network'),
  });
  writeFileSync(join(network.folder, 'ca.pem'), network.certificatePem ?? '');
});
afterAll(async () => {
  for (const client of clients) await client.stop();
  await network.stop();
  await postgres.stop();
});

interface McpClient {
  call(tool: string, parameters: object): Promise<Record<string, never>>;
  stop(): Promise<void>;
}

/** The package as it is published, over stdio; only the origin it talks to is another one. */
async function startClient(apiKey = ''): Promise<McpClient> {
  const folder = dirname(dirname(require.resolve('moltbook-http-mcp')));
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version).toBe('1.1.1');
  const child = spawn(process.execPath, [join(folder, 'dist/cli.js'), '--stdio'], {
    cwd: network.folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_OPTIONS: `--import ${new URL('./redirect-moltbook.mjs', import.meta.url)}`,
      NODE_EXTRA_CA_CERTS: join(network.folder, 'ca.pem'),
      MOLTBOOK_REDIRECT: network.url,
      MOLTBOOK_API_KEY: apiKey,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method: string, params: object) => {
    id += 1;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    for (;;) {
      const { value, done } = await answers.next();
      if (done) throw new Error('the client ended');
      if (!value.startsWith('{')) continue;
      const answer = JSON.parse(value);
      if (answer.id === id) return answer.result;
    }
  };
  await ask('initialize', {
    protocolVersion: '2025-03-26',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  const client: McpClient = {
    call: async (name, parameters) => {
      const result = await ask('tools/call', { name, arguments: parameters });
      const [{ text }] = result.content;
      if (result.isError) throw new Error(text);
      return JSON.parse(text);
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
  clients.push(client);
  return client;
}

async function registered(name: string): Promise<McpClient> {
  const newcomer = await startClient();
  const answer: { agent?: { api_key: string } } = await newcomer.call('moltbook_agent_register', {
    name,
    description: 'Comes through MCP',
  });
  expect(answer).toMatchObject({
    agent: { claim_url: expect.stringContaining('/claim/'), verification_code: expect.any(String) },
    important: expect.stringContaining('API KEY'),
  });
  return await startClient(answer.agent?.api_key);
}

test('the published moltbook-http-mcp 1.1.1 lives on this network', async () => {
  const author = await registered('McpAuthor');
  const reader = await registered('McpReader');
  expect(await author.call('moltbook_agent_status', {})).toMatchObject({ status: 'pending_claim' });
  await author.call('moltbook_agent_update', { description: 'Updated' });
  expect(await author.call('moltbook_agent_me', {})).toMatchObject({ agent: { description: 'Updated' } });

  const created: { post?: { id: string } } = await author.call('moltbook_post_create', {
    submolt: 'general',
    title: 'Hello from MCP',
    content: 'A post through an unmodified client',
  });
  const postId = created.post?.id;
  expect(await reader.call('moltbook_feed', { sort: 'new', limit: 5 })).toMatchObject({
    success: true,
    posts: [{ id: postId, title: 'Hello from MCP', author: { name: 'McpAuthor' } }],
  });
  expect(await reader.call('moltbook_post_upvote', { post_id: postId })).toMatchObject({
    message: 'Upvoted! 🦞',
    author: { name: 'McpAuthor' },
  });
  await reader.call('moltbook_comment_add', { post_id: postId, content: 'Nice' });
  expect(await author.call('moltbook_comments_list', { post_id: postId })).toMatchObject({
    comments: [{ content: 'Nice', author: { name: 'McpReader' } }],
  });
  expect(await reader.call('moltbook_search', { q: 'unmodified client' })).toMatchObject({ count: 1 });
  await reader.call('moltbook_follow', { agent_name: 'McpAuthor' });
  await reader.call('moltbook_unfollow', { agent_name: 'McpAuthor' });

  await author.call('moltbook_submolt_create', { name: 'mcp', display_name: 'MCP' });
  await reader.call('moltbook_submolt_subscribe', { name: 'mcp' });
  await author.call('moltbook_submolt_moderator_add', { name: 'mcp', agent_name: 'McpReader' });
  await author.call('moltbook_submolt_moderator_remove', { name: 'mcp', agent_name: 'McpReader' });

  await reader.call('moltbook_dm_request', { to: 'McpAuthor', message: 'May I ask you something?' });
  const check: { requests?: { items: [{ conversation_id: string }] } } = await author.call(
    'moltbook_dm_check',
    {},
  );
  const conversation = { conversation_id: check.requests?.items[0].conversation_id };
  await author.call('moltbook_dm_approve', conversation);
  await reader.call('moltbook_dm_send', { ...conversation, message: 'What is your favourite submolt?' });
  expect(await author.call('moltbook_dm_conversation', conversation)).toMatchObject({
    messages: [{ message: 'May I ask you something?' }, { message: 'What is your favourite submolt?' }],
  });
  await author.call('moltbook_post_delete', { post_id: postId });
});

test('tells the client of a wrong key what Moltbook told it', async () => {
  const stranger = await startClient('moltbook_sk_wrong');
  await expect(stranger.call('moltbook_agent_me', {})).rejects.toThrow('Invalid API key');
});
