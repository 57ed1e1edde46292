export { type Hypothesis, hypothesis } from './hypothesis.ts';
