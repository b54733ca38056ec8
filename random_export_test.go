package tenancy

// OperationCodes gives, for each operation of the table, the codes it can give beside
// those that every operation can.
func OperationCodes() map[string][]Code {
	codes := map[string][]Code{}
	for _, row := range operations {
		codes[row.name] = row.codes
	}
	return codes
}

// EveryOperation gives the codes that any operation can give.
func EveryOperation() []Code { return everyOperation }
