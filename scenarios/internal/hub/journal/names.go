package journal

import "strings"

// Classes of characters in names. Names are parts of subjects, objects and paths.
const (
	digits    = "0123456789"
	lowercase = "abcdefghijklmnopqrstuvwxyz"
	uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// made reports whether a text has one to limit characters, all of them among the allowed ones. It
// takes the place of regular expressions, whose compilation would take a millisecond of every start of the program.
func made(text string, limit int, allowed string) bool {
	return 1 <= len(text) && len(text) <= limit && strings.Trim(text, allowed) == ""
}

// ValidID reports whether a text can be the id of a job, a version or the name of kernels.
func ValidID(id string) bool {
	return made(id, 100, digits+lowercase+"-") && id[0] != '-'
}

// ValidName reports whether a text can be the name of a worker.
func ValidName(name string) bool { return made(name, 100, digits+lowercase+uppercase+"-") }

// validOwner reports whether a text can be the owner of a job.
func validOwner(owner string) bool { return made(owner, 200, digits+lowercase+uppercase+"-") }

// validBlob reports whether a text can be the name of an object of a job.
func validBlob(job, name string) bool {
	dir, base, _ := strings.Cut(name, "/")
	return dir == job && made(dir, 100, digits+lowercase+"-") && made(base, 250, digits+lowercase+uppercase+"-")
}

// validFile reports whether a job may write a file with this name to a run directory.
func validFile(name string) bool {
	switch name {
	case "config.yaml", "policy.safetensors", "policy-best.safetensors", "result.json", "failed-episode.jsonl", "checkpoint/state":
		return true
	}
	saved, found := strings.CutPrefix(name, "checkpoint/") // such as checkpoint/replay.3
	base, n, _ := strings.Cut(saved, ".")
	return found && made(base, 40, lowercase) && made(n, 10, digits)
}

// validLog reports whether a run directory has a log with this name.
func validLog(name string) bool {
	return name == "episodes.csv" || name == "progress.csv" || name == "learned.csv" || name == "events.out.tfevents.rlrun"
}
