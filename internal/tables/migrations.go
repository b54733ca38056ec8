package tables

import "embed"

// Migrations returns the steps from nothing to a schema, in order. They are the files
// of the directory schema.
func Migrations(files embed.FS) (steps []string) {
	const dir = "schema"
	names, err := files.ReadDir(dir)
	if err != nil {
		panic(err)
	}
	for _, f := range names {
		text, err := files.ReadFile(dir + "/" + f.Name())
		if err != nil {
			panic(err)
		}
		steps = append(steps, string(text))
	}
	return steps
}
