// count-orders counts the rows of all CSV files of a folder and writes them to one file: a small whole program that a
// scheduler can judge. Build: go build count-orders.go. Use: count-orders FROM TO
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"syscall"
	"time"
)

const (
	success      = 0
	runtimeError = 1
	usageError   = 2
	noPermission = 126
	interrupted  = 130
)

// log writes one JSON object a line: what a person reads in the table of the run, and an alert policy asks about.
func log(level, message string, more map[string]any) {
	line := map[string]any{
		"time": time.Now().UTC().Format(time.RFC3339Nano), "level": level, "message": message,
		"service": "count-orders", "trace_id": os.Getenv("CARILLON_TRACE_ID"),
	}
	for name, value := range more {
		line[name] = value
	}
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func countRows(path string) (int, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		rows++
	}
	return rows, nil
}

// writeWhole never leaves half a file: whoever reads it finds the old one or the new one.
func writeWhole(path string, content []byte) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

func run(from, to string, stop <-chan os.Signal) int {
	// The same occurrence may come twice: after a retry, or when somebody starts it by hand. What is done is not done again.
	occurrence := os.Getenv("CARILLON_SCHEDULED_FOR")
	done, _ := os.ReadFile(to + ".done")
	if occurrence != "" && string(done) == occurrence {
		log("info", "this occurrence is done already", map[string]any{"scheduled_for": occurrence})
		return success
	}
	files, _ := filepath.Glob(filepath.Join(from, "*.csv"))
	if _, err := os.Stat(from); err != nil {
		log("error", "the folder cannot be read", map[string]any{"error": err.Error()})
		if errors.Is(err, os.ErrPermission) {
			return noPermission
		}
		return runtimeError
	}
	sort.Strings(files)
	total, content := 0, []byte("file,rows\n")
	for index, path := range files {
		select {
		case <-stop:
			// A place where nothing is half done.
			log("warn", "asked to stop", map[string]any{"files_left": len(files) - index})
			return interrupted
		default:
		}
		rows, err := countRows(path)
		if err != nil {
			log("error", "a file cannot be read", map[string]any{"file": path, "error": err.Error()})
			return runtimeError
		}
		total += rows
		content = append(content, []byte(fmt.Sprintf("%s,%d\n", filepath.Base(path), rows))...)
		fmt.Printf("::progress %d%% %s\n", 100*(index+1)/len(files), filepath.Base(path))
	}
	if err := writeWhole(to, content); err != nil {
		log("error", "the result cannot be written", map[string]any{"error": err.Error()})
		return runtimeError
	}
	if err := writeWhole(to+".done", []byte(occurrence)); err != nil {
		log("error", "what is done cannot be noted", map[string]any{"error": err.Error()})
		return runtimeError
	}
	log("info", "counted", map[string]any{"files": len(files), "rows": total})
	fmt.Printf("::result {\"files\":%d,\"rows\":%d}\n", len(files), total)
	return success
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: count-orders FROM TO; expected two arguments, a folder and a file")
		os.Exit(usageError)
	}
	stop := make(chan os.Signal, 1)
	// On Windows Ctrl-C and Ctrl-Break arrive as os.Interrupt.
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(os.Args[1], os.Args[2], stop))
}
