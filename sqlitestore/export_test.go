package sqlitestore

// Waiting reports whether an Update waits for another one of the Store. Package
// storetest asks it.
func (s *Store) Waiting() bool { return s.writer.waiting.Load() > 0 }

// Hasten makes a Store wait for nobody.
func Hasten(s *Store) { s.options.RetryFor = 1 }

// Know makes this process one of a later version of the package.
func Know(further ...string) { migrations = append(migrations, further...) }
