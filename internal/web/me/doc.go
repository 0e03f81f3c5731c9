// Package me is a person's own account.
package me
