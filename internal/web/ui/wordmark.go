package ui

// wordmark is our name, which is the same in every language.
const wordmark = "Turno"
