import { describe, expect, it } from 'vitest';
import { injectsCode, scriptArgument } from './interpreter-attestor.ts';

describe('scriptArgument', () => {
  it('is the first argument', () => {
    expect(scriptArgument('node\0agent.js\0--verbose\0')).toBe('agent.js');
  });

  it.each([
    ['an option comes first', 'node\0--import\0./x.mjs\0agent.js\0'],
    ['the script comes from stdin', 'node\0-\0'],
    ['there is no argument', 'node\0'],
    ['the argument is empty', 'node\0\0agent.js\0'],
    ['the process hides its command line', ''],
  ])('is nothing when %s', (_reason, commandLine) => {
    expect(scriptArgument(commandLine)).toBeUndefined();
  });
});

describe('injectsCode', () => {
  it.each([
    'NODE_OPTIONS=--import=/x',
    'LD_PRELOAD=/x.so',
    'PYTHONPATH=/x',
    'PYTHONSTARTUP=/x',
    'LD_AUDIT=/x',
  ])('sees %s anywhere in the environment', (entry) => {
    expect(injectsCode(`PATH=/bin\0${entry}\0HOME=/\0`)).toBe(true);
  });

  it('lets harmless, similar and empty variables pass', () => {
    expect(injectsCode('PATH=/bin\0MY_NODE_OPTIONS=--import=/x\0NODE_OPTIONS=\0NODE_ENV=production\0')).toBe(
      false,
    );
  });
});
