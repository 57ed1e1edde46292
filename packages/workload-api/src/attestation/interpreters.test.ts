import { describe, expect, it } from 'vitest';
import { findInterpreter, type Interpreter, injectsCode, scriptArgument } from './interpreters.ts';

function interpreter(program: string): Interpreter {
  const found = findInterpreter(program);
  if (found === undefined) throw new TypeError(`${program} is not known`);
  return found;
}
const scriptOf = (program: string, ...words: string[]) =>
  scriptArgument(interpreter(program), `${[program, ...words].join('\0')}\0`);

describe('findInterpreter', () => {
  it.each(['node', 'nodejs', 'node24', 'python3', 'python3.11', 'ruby3.1', 'perl', 'perl5.36.0', 'java'])(
    'knows %s',
    (program) => expect(findInterpreter(program)).toBeDefined(),
  );

  it.each(['node (deleted)', 'nodes', 'python3-config', 'pythonw.exe', 'javac', 'perldoc', 'bash', ''])(
    'takes %j for no interpreter',
    (program) => expect(findInterpreter(program)).toBeUndefined(),
  );
});

describe('scriptArgument', () => {
  it.each([
    ['the first argument', ['node', 'agent.js', '--verbose'], 'agent.js'],
    ['what follows options that add no code', ['node', '--max-old-space-size=64', 'agent.js'], 'agent.js'],
    ['what follows python options that add no code', ['python3', '-u', '-IB', 'agent.py', '-c'], 'agent.py'],
    ['a ruby script', ['ruby', '-w', 'agent.rb'], 'agent.rb'],
    ['a perl script', ['perl', '-T', 'agent.pl'], 'agent.pl'],
    ['the archive that java runs', ['java', '-Xmx64m', '-jar', 'agent.jar', 'x'], 'agent.jar'],
  ] as const)('is %s', (_what, [program, ...words], script) => {
    expect(scriptOf(program, ...words)).toBe(script);
  });

  it.each([
    ['node', '--import', './x.mjs', 'agent.js'],
    ['node', '--import=./x.mjs', 'agent.js'],
    ['node', '--require', './x.js', 'agent.js'],
    ['node', '-r', './x.js', 'agent.js'],
    ['node', '--inspect', 'agent.js'],
    ['node', '--env-file=x', 'agent.js'],
    ['node', '-e', 'code', 'agent.js'],
    ['node', 'inspect', 'agent.js'],
    ['node', '-'],
    ['node', '--', 'agent.js'],
    ['node'],
    ['node', '', 'agent.js'],
    ['node', '--max-old-space-size=64'],
    ['python3', '-m', 'agent'],
    ['python3', '-c', 'code', 'agent.py'],
    ['python3', '-uc', 'code', 'agent.py'],
    ['python3', '-Xfrozen_modules=off', 'agent.py'],
    ['python3', '-i', 'agent.py'],
    ['ruby', '-r', './x', 'agent.rb'],
    ['ruby', '-e', 'code'],
    ['perl', '-Mx', 'agent.pl'],
    ['perl', '-d', 'agent.pl'],
    ['java', '-cp', 'x', 'Agent'],
    ['java', '-javaagent:x.jar', '-jar', 'agent.jar'],
    ['java', '-Djava.system.class.loader=X', '-jar', 'agent.jar'],
    ['java', '@options', '-jar', 'agent.jar'],
    ['java', 'Agent.java'],
    ['java', '-jar'],
  ])('is nothing for %s %s %s', (program, ...words) => {
    expect(scriptOf(program, ...words)).toBeUndefined();
  });

  it('is nothing where the process hides its command line', () => {
    expect(scriptArgument(interpreter('node'), '')).toBeUndefined();
  });
});

describe('injectsCode', () => {
  it.each([
    ['node', 'NODE_OPTIONS=--import=/x'],
    ['node', 'NODE_COMPILE_CACHE=/tmp/x'],
    ['node', 'LD_PRELOAD=/x.so'],
    ['node', 'OPENSSL_CONF=/x'],
    ['python3', 'PYTHONPATH=/x'],
    ['python3', 'PYTHONSTARTUP=/x'],
    ['python3', 'PYTHONWARNINGS=ignore::x.Y'],
    ['python3', 'LD_AUDIT=/x'],
    ['ruby', 'RUBYOPT=-r/x'],
    ['perl', 'PERL5OPT=-Mx'],
    ['java', 'JAVA_TOOL_OPTIONS=-javaagent:x.jar'],
  ])('sees what %s would run by %s, anywhere in the environment', (program, entry) => {
    expect(injectsCode(interpreter(program), `PATH=/bin\0${entry}\0HOME=/\0`)).toBe(true);
  });

  it('lets harmless, similar and empty variables, and those of other interpreters, pass', () => {
    const environment =
      'PATH=/bin\0MY_NODE_OPTIONS=--import=/x\0NODE_OPTIONS=\0NODE_ENV=production\0PYTHONPATH=/x\0';
    expect(injectsCode(interpreter('node'), environment)).toBe(false);
  });
});
