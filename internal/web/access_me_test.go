package web_test

func meRows() map[string]accessRow {
	return map[string]accessRow{}
}
