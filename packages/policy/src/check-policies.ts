import {
  checkParseSchema,
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyInvalid } from './policy.errors.ts';
import { lineAt, type PolicyFile, type PolicySource } from './policy-source.ts';

/**
 * Every policy by its `@id`, which is what the audit will name. Throws `PolicyInvalid` for what does not
 * parse, what the schema refuses, and what could never apply.
 */
export function checkPolicies({ schema, policies }: PolicySource): Record<string, string> {
  const parsed = checkParseSchema(schema.text);
  if (parsed.type === 'failure') throw invalid(schema, parsed.errors);
  const byId: Record<string, string> = {};
  for (const file of policies) {
    const parts = partsOf(file);
    validateFile(file, schema.text);
    for (const policy of parts) {
      const id = idOf(policy, file);
      if (id in byId)
        throw new PolicyInvalid(file.name, lineOf(policy, file), `a second policy has @id("${id}")`);
      byId[id] = policy;
    }
  }
  return byId;
}

function validateFile(file: PolicyFile, schema: string): void {
  const answer = validate({ schema, policies: { staticPolicies: file.text } });
  if (answer.type === 'failure') throw invalid(file, answer.errors);
  // A policy that can never apply is a warning of Cedar's; here it is a mistake as well.
  const [first] = [...answer.validationErrors, ...answer.validationWarnings];
  if (first) throw invalid(file, [first.error]);
}

function partsOf(file: PolicyFile): readonly string[] {
  const parts = policySetTextToParts(file.text);
  if (parts.type === 'failure') throw invalid(file, parts.errors);
  const [template] = parts.policy_templates;
  if (template !== undefined) {
    throw new PolicyInvalid(file.name, lineOf(template, file), 'templates are not used: nothing links them');
  }
  return parts.policies;
}

function idOf(policy: string, file: PolicyFile): string {
  const answer = policyToJson(policy);
  const id = answer.type === 'success' ? answer.json.annotations?.['id'] : undefined;
  if (id) return id;
  throw new PolicyInvalid(
    file.name,
    lineOf(policy, file),
    'a policy needs an @id("...") for the audit to name',
  );
}

/** Cedar hands a policy back as it stands in its file. */
function lineOf(policy: string, { text }: PolicyFile): number {
  const at = text.indexOf(policy);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

function invalid(file: PolicyFile, [error]: readonly DetailedError[]): PolicyInvalid {
  const line = lineAt(file.text, error?.sourceLocations?.[0]?.start ?? 0);
  // Cedar's own number for a policy says nothing to whoever wrote the file.
  const problem = (error?.message ?? 'is no Cedar').replace(/^for policy `policy\d+`, /, '');
  return new PolicyInvalid(file.name, line, error?.help ? `${problem} (${error.help})` : problem);
}
