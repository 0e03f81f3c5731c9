package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown by turno completion --help.
func (completionCommand) Help() string {
	return "Examples:\n\n  turno completion bash > /etc/bash_completion.d/turno\n" +
		"  turno completion zsh > \"${fpath[1]}/_turno\"\n  turno completion fish > ~/.config/fish/completions/turno.fish"
}

// Run prints the script, which asks the program itself what may come next.
func (c *completionCommand) Run(p *Program) error {
	scripts := map[string]string{
		"bash": `_turno() {
    local IFS=$'\n' words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    COMPREPLY=($(turno complete -- "${words[@]}"))
}
complete -o default -F _turno turno
`,
		"zsh": `#compdef turno
_turno() {
    local -a found
    found=("${(@f)$(turno complete -- "${(@)words[2,CURRENT]}")}")
    [[ -n $found ]] && compadd -a found || _files
}
compdef _turno turno
`,
		"fish": `complete -c turno -a '(turno complete -- (commandline -opc)[2..] (commandline -ct))'
`,
	}
	fmt.Fprint(p.Stdout, scripts[c.Shell])
	return nil
}

// completeCommand is what those scripts call.
type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run prints what the last word may become, one a line.
func (c *completeCommand) Run(p *Program) error {
	parser, err := newParser()
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, candidate := range candidates(parser.Model.Node, words) {
		fmt.Fprintln(p.Stdout, candidate)
	}
	return nil
}

// candidates lists the commands and flags that may stand where the last word is,
// or the values that a flag before it takes.
func candidates(node *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	for _, word := range before {
		if child := commandNamed(node, word); child != nil {
			node = child
		}
	}
	var all []string
	if len(before) > 0 {
		if flag := flagNamed(node, before[len(before)-1]); flag != nil && !flag.IsBool() {
			return matching(flag.EnumSlice(), last)
		}
	}
	if strings.HasPrefix(last, "-") {
		for _, flag := range node.Flags {
			if !flag.Hidden {
				all = append(all, "--"+flag.Name)
			}
		}
		all = append(all, "--help")
	} else {
		for _, child := range node.Children {
			if !child.Hidden {
				all = append(all, child.Name)
			}
		}
		for _, positional := range node.Positional {
			all = append(all, positional.EnumSlice()...)
		}
	}
	return matching(all, last)
}

func commandNamed(node *kong.Node, word string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == word {
			return child
		}
	}
	return nil
}

func flagNamed(node *kong.Node, word string) *kong.Flag {
	for _, flag := range node.Flags {
		if "--"+flag.Name == word {
			return flag
		}
	}
	return nil
}

func matching(all []string, prefix string) []string {
	found := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "" || !strings.HasPrefix(s, prefix) })
	slices.Sort(found)
	return slices.Compact(found)
}
