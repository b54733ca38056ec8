// Package reference is a small, plain and slow description of what the library's operations
// do: a state of Go maps, and one function for each operation, which says with which code it
// is refused, or changes the state. It is written from the rules (docs/rules.md) and from the
// operations' doc comments, and uses nothing of the library but its words: IDs, codes, roles,
// inputs. Each rule stands as a sentence with its ID beside the lines that are it, so that
// who knows the rules can check them one by one.
//
// A machine draws random operations and calls each in the model and in one or more stores
// side by side, with the same clock and the same random bytes. After each it compares the
// code, the essence of the result, and all records of the stores with all of the model's
// state; and now and then what Can and CanInOrganization say about every user, account,
// organization and permission.
//
// # Where the rules leave a choice
//
// Several refusals can apply at once. GEN-5 fixes the order of their kinds: the form of the
// input, the actor, what is acted on (not found), the right, the others named (not found),
// the state. Within one kind it fixes none, and there the model allows each code that
// applies. Where the rules say nothing, the model allows either answer (Answer.Open), and a
// comment says what is open.
//
// # What is covered
//
// Covered lists the operations that are compared, and NotCovered those that are not, each
// with the reason. What the log says is not compared: Directory.Check with Replay compares
// it with the records. Directories and provisioned identities (PRV) are not in the model, so
// neither are holds of a directory and unclaimed users. Of reads, Can, CanInOrganization,
// Permissions, OrganizationPermissions and SignInRequirement are compared, as System is
// answered, and what Invitation shows an invitee; who may see what is compared by the codes of
// operations alone.
package reference
