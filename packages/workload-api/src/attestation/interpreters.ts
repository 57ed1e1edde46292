/** How one interpreter is told what to run, and what else could make it run something. */
export interface Interpreter {
  /** The executable's file name. */
  readonly program: RegExp;
  /** Options that add no code, each one argument; any other before the script could, and costs it its selectors. */
  readonly harmlessOptions: RegExp;
  /** The option that must stand right before the script, where there is one. */
  readonly scriptOption?: string;
  /** First arguments that are commands of the interpreter and not a script. */
  readonly commands?: ReadonlySet<string>;
  /** Environment variables that make it run code of the caller's choice, or take what it imports from elsewhere. */
  readonly injecting: ReadonlySet<string>;
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    program: /^(?:node|nodejs)[\d.]*$/,
    harmlessOptions:
      /^--(?:enable-source-maps|(?:no-|trace-)?warnings|(?:no-|trace-)?deprecation|max-(?:old|semi)-space-size=\d+|unhandled-rejections=[a-z-]+)$/,
    commands: new Set(['inspect', 'debug']),
    // A cache of compiled code is code: Node runs what lies there in place of the script's own.
    injecting: new Set(['NODE_OPTIONS', 'NODE_PATH', 'NODE_COMPILE_CACHE']),
  },
  {
    program: /^python[\d.]*$/,
    harmlessOptions: /^-[uBEIsPO]+$/,
    injecting: new Set([
      'PYTHONPATH',
      'PYTHONHOME',
      'PYTHONSTARTUP',
      'PYTHONINSPECT',
      'PYTHONBREAKPOINT',
      'PYTHONUSERBASE',
      'PYTHONWARNINGS',
      'PYTHONPYCACHEPREFIX',
      'PYTHONPLATLIBDIR',
      'PYTHONEXECUTABLE',
    ]),
  },
  {
    program: /^ruby[\d.]*$/,
    harmlessOptions: /^(?:-w|-W[012]?|--(?:enable|disable)=(?:yjit|frozen-string-literal)|--yjit)$/,
    injecting: new Set(['RUBYOPT', 'RUBYLIB', 'GEM_HOME', 'GEM_PATH', 'BUNDLE_GEMFILE']),
  },
  {
    // Debian also has it as `perl5.36-x86_64-linux-gnu`.
    program: /^perl(?:[\d.]+(?:-[\w-]+)?)?$/,
    harmlessOptions: /^-[wtTU]+$/,
    injecting: new Set(['PERL5OPT', 'PERL5LIB', 'PERLLIB', 'PERL5DB']),
  },
  {
    program: /^java$/,
    harmlessOptions: /^(?:-X(?:ms|mx|ss)\d+[kKmMgG]?|-server|-ea|-esa|-XX:[+-]Use[A-Za-z]*GC)$/,
    scriptOption: '-jar',
    injecting: new Set(['JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS']),
  },
];

/** Variables by which the C library and OpenSSL, below any of them, load a library of the caller's choice. */
const INJECTING_ANYWHERE = new Set([
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'GCONV_PATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
]);

/** `program` is the file name of the executable that really runs, not what the process calls itself. */
export function findInterpreter(program: string): Interpreter | undefined {
  return INTERPRETERS.find((interpreter) => interpreter.program.test(program));
}

/**
 * The script on a command line as /proc/<pid>/cmdline has it. Undefined where there is none (`-m`, `-c`,
 * `-e`, `-cp`, stdin), and where an option before it may bring code of its own along (`--import`, `-r`,
 * `-javaagent:`): an agent is its code, so no script can speak for such a process.
 */
export function scriptArgument(interpreter: Interpreter, commandLine: string): string | undefined {
  const [, ...words] = commandLine.split('\0');
  const first = words.findIndex((word) => !interpreter.harmlessOptions.test(word));
  const { scriptOption, commands } = interpreter;
  if (scriptOption !== undefined && words[first] !== scriptOption) return undefined;
  const script = words[scriptOption === undefined ? first : first + 1];
  if (script === undefined || script === '' || script.startsWith('-') || commands?.has(script))
    return undefined;
  return script;
}

/** `environment` as in /proc/<pid>/environ; a variable that is set to nothing injects nothing. */
export function injectsCode(interpreter: Interpreter, environment: string): boolean {
  return environment.split('\0').some((entry) => {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    const isSet = equals > 0 && equals < entry.length - 1;
    return isSet && (INJECTING_ANYWHERE.has(name) || interpreter.injecting.has(name));
  });
}
