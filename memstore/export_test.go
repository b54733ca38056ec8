package memstore

// Hasten makes a store wait for no writer.
func Hasten(s *Store) { s.options.WaitFor = 1 }
