package web_test

func deskRows() map[string]accessRow {
	return map[string]accessRow{}
}
