// Reads file names from standard input, one a line, and writes for each a line of JSON: what GitHub's own parser makes of it.
import { readFileSync } from "node:fs";
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";

const trace = new NoOperationTraceWriter();

function text(token) {
  return token === undefined || token === null ? null : token.toDisplayString ? token.toString() : String(token);
}

function environment(token) {
  if (token === undefined || token === null) return null;
  if (token.templateTokenType === undefined) return text(token);
  for (let index = 0; index < (token.count ?? 0); index++) {
    const pair = token.get(index);
    if (pair.key.toString() === "name") return text(pair.value);
  }
  return token.count === undefined ? text(token) : null;
}

async function main() {
  for (const name of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const answer = { name, errors: [], jobs: {} };
    try {
      const parsed = parseWorkflow({ name, content: readFileSync(name, "utf8") }, trace);
      answer.errors = parsed.context.errors.getErrors().map((error) => error.message);
      if (parsed.value) {
        const template = await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: 1 });
        answer.errors = parsed.context.errors.getErrors().map((error) => error.message);
        for (const job of template.jobs ?? []) {
          answer.jobs[job.id.toString()] = {
            needs: (job.needs ?? []).map((need) => need.toString()),
            environment: environment(job.environment),
            steps: job.steps ? job.steps.length : 0,
            type: job.type,
          };
        }
      }
    } catch (error) {
      answer.errors.push(`crashed: ${error.message}`);
    }
    console.log(JSON.stringify(answer));
  }
}

main();
