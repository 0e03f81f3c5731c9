// Package web is the pages for people: patients, doctors, front desk and admins.
//
// It owns what is true of all pages: which rooms there are, what protects an
// answer, how it is compressed, and the files that pages load. The rooms are in
// the folders beside this file: find, visits, signin, me, practice and desk. They
// call the same use cases as the API. A page must never hold a rule, or know SQL.
package web
