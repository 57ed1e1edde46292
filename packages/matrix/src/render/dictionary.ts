import { figures } from '../results/figures.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'number';
  readonly nullable: boolean;
  readonly unit: string | null;
  readonly description: string;
}

const text = (name: string, description: string, nullable = false): Column => ({
  name,
  type: 'string',
  nullable,
  unit: null,
  description,
});
const number = (name: string, unit: string | null, description: string, nullable = true): Column => ({
  name,
  type: 'number',
  nullable,
  unit,
  description,
});

const axes = [
  text('arm', 'The credential model.'),
  text('leak', 'What went wrong, and where the thief stood.'),
];

const estimated = [
  text('figure', 'Which figure; the columns of trials have the same names.'),
  text('unit', 'Of the figure.'),
  number('n', null, 'Trials that have the figure.', false),
  number('median', 'the figure’s', 'Over the trials.'),
  number('low', 'the figure’s', 'Lower end of the 95 % interval: percentile bootstrap of the median.'),
  number('high', 'the figure’s', 'Upper end of it.'),
];

const differing = [
  number('difference_n', null, 'Pairs of trials with the same leak and seed in both arms.', false),
  number(
    'difference_median',
    'the figure’s',
    'This arm’s trial less static-key’s of the same leak and seed: the median of these.',
  ),
  number('difference_low', 'the figure’s', 'Lower end of its 95 % interval.'),
  number('difference_high', 'the figure’s', 'Upper end of it.'),
];

/** What every column of the files means; `dictionary.json`. */
export const dictionary: Readonly<Record<'trials' | 'cells' | 'latencies', readonly Column[]>> = {
  trials: [
    text('trial', 'Its id, its folder below trials/, and its job.'),
    ...axes,
    text('seed', 'Gives population, lives and the thief’s order; the same for all arms and leaks.'),
    text('state', '`done`, `failed` (after its retry), or `missing` (not run yet).'),
    number('attempts', null, 'How often it was begun; an attempt that was killed is not counted.', false),
    text('problems', 'Why attempts did not count.'),
    text('ledgers', 'The folder of its ledgers, below this one.', true),
    text('report', 'Its own report, below this folder.', true),
    ...figures.map(({ name, unit, description, path }) =>
      number(name, unit, `${description} In the trial’s report.json: ${path}.`),
    ),
  ],
  cells: [
    ...axes,
    text('state', '`measured`, `not-applicable`, `failed` or `missing`.'),
    text('why', 'Why there is no number, or fewer trials than asked for.', true),
    ...estimated,
    number('full', 'the figure’s', 'What would be all of it.'),
    ...differing,
    text('trials', 'Ids, separated by spaces.'),
  ],
  latencies: [text('arm', 'The credential model, over all leaks.'), ...estimated, ...differing],
};

export function dictionaryMarkdown(): string {
  const table = (columns: readonly Column[]) =>
    columns
      .map(({ name, type, nullable, unit, description }) =>
        row([`\`${name}\``, nullable ? `${type} or empty` : type, unit ?? '', description]),
      )
      .join('\n');
  const head = `${row(['column', 'type', 'unit', 'meaning'])}\n${row(['---', '---', '---', '---'])}`;
  return `# Data dictionary

\`trials.csv\` and \`trials.jsonl\`: a line for each trial.

${head}
${table(dictionary.trials)}

\`cells.csv\` and \`cells.jsonl\`: a line for each figure of each arm under each leak.

${head}
${table(dictionary.cells)}

\`latencies.csv\` and \`latencies.jsonl\`: a line for each percentile of honest latency of each arm.

${head}
${table(dictionary.latencies)}
`;
}

const row = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
