// Applies PATCH operations by another implementation. Each line of the input is a JSON
// object with a user's document and operations, and has one line of output: the document
// afterwards, or that the operations are refused.
import { createInterface } from "node:readline";

const user = "urn:ietf:params:scim:schemas:core:2.0:User";
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async function scimPatch() {
  const { scimPatch, patchBodyValidation, PATCH_OPERATION_SCHEMA } = await import("scim-patch");
  return (document, Operations) => {
    patchBodyValidation({ schemas: [PATCH_OPERATION_SCHEMA], Operations });
    return scimPatch(document, Operations);
  };
}

async function scimmy() {
  const { default: SCIMMY } = await import("scimmy");
  SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
  return async (document, Operations) => {
    const before = new SCIMMY.Schemas.User({ schemas: [user, enterprise], ...document });
    const patch = new SCIMMY.Messages.PatchOp({ schemas: [SCIMMY.Messages.PatchOp.id], Operations });
    return (await patch.apply(before)) ?? before;
  };
}

const apply = await { "scim-patch": scimPatch, scimmy }[process.argv.at(-1)]();
for await (const line of createInterface({ input: process.stdin })) {
  const { document, operations } = JSON.parse(line);
  let answer;
  try {
    const after = JSON.parse(JSON.stringify(await apply(document, operations)));
    const is = typeof after === "object" && after !== null && !Array.isArray(after);
    answer = is ? { document: after } : { refused: "what it leads to is no document" };
  } catch (e) {
    answer = { refused: String(e?.message ?? e) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
