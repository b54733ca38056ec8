package tables

import (
	"embed"
	"io/fs"
)

// Files returns the files of the directory schema, which are the steps from nothing to a
// schema, in the order of their names.
func Files(embedded embed.FS) fs.FS {
	files, err := fs.Sub(embedded, "schema")
	if err != nil {
		panic(err)
	}
	return files
}

// Migrations returns the texts of the files.
func Migrations(files fs.FS) (steps []string) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		steps = append(steps, string(text))
	}
	return steps
}
