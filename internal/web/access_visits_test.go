package web_test

func visitsRows() map[string]accessRow {
	return map[string]accessRow{}
}
