package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Memory is what a process holds, in bytes.
type Memory struct {
	Resident int64 // now
	Peak     int64 // since it started
}

// memoryOf asks the system (Linux, proc(5)).
func memoryOf(pid int) (Memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, fmt.Errorf("ask for memory: %w", err)
	}
	return parseMemory(string(text))
}

func parseMemory(status string) (m Memory, err error) {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		var into *int64
		switch name {
		case "VmRSS":
			into = &m.Resident
		case "VmHWM":
			into = &m.Peak
		default:
			continue
		}
		kib, found := strings.CutSuffix(strings.TrimSpace(value), " kB")
		n, wrong := strconv.ParseInt(kib, 10, 64)
		if !found || wrong != nil {
			return Memory{}, fmt.Errorf("%s is %q, want a number of kB", name, value)
		}
		*into = n * 1024
	}
	if m.Resident == 0 || m.Peak == 0 {
		return Memory{}, fmt.Errorf("no memory in %d bytes of a status", len(status))
	}
	return m, nil
}

// computedBy is what a process has computed for since it started, in steps of
// 10 ms (proc(5)).
func computedBy(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("ask for computing time: %w", err)
	}
	return parseComputed(string(text))
}

func parseComputed(stat string) (time.Duration, error) {
	// The name of the program may hold spaces and brackets: the last one ends it.
	end := strings.LastIndex(stat, ")")
	fields := strings.Fields(stat[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, fmt.Errorf("%q says nothing about computing time", stat)
	}
	const tick = 10 * time.Millisecond
	var total time.Duration
	for _, field := range fields[11:13] { // in the program, and for it in the kernel
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read computing time: %w", err)
		}
		total += tick * time.Duration(n)
	}
	return total, nil
}
