package sqlitestore

// Waiting reports whether an Update waits for another one of the Store, for the suite (see storetest).
func (s *Store) Waiting() bool { return s.writer.waiting.Load() > 0 }
