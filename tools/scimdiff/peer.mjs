// Applies PATCH operations by scim-patch. Each line of the input is a JSON object with a
// user's document and operations, and has one line of output: the document afterwards, or
// that the operations are refused.
import { createInterface } from "node:readline";
import { scimPatch, patchBodyValidation, PATCH_OPERATION_SCHEMA } from "scim-patch";

function apply(document, Operations) {
  patchBodyValidation({ schemas: [PATCH_OPERATION_SCHEMA], Operations });
  return scimPatch(document, Operations);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { document, operations } = JSON.parse(line);
  let answer;
  try {
    const after = JSON.parse(JSON.stringify(apply(document, operations)));
    const is = typeof after === "object" && after !== null && !Array.isArray(after);
    answer = is ? { document: after } : { refused: "what it leads to is no document" };
  } catch (e) {
    answer = { refused: String(e?.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
