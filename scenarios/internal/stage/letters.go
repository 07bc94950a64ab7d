package stage

import "strings"

// fit returns text. Text that is wider than the room is cut and ends with "…".
func (p *pane) fit(text string, size, room float32) string {
	if p.TextWidth(text, size) <= room {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && p.TextWidth(string(letters)+"…", size) > room {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ") + "…"
}

// wrap breaks text into lines that fit the room, most lines at most. The last line is cut as fit
// cuts it.
func (p *pane) wrap(text string, size, room float32, most int) (lines []string) {
	line := ""
	words := strings.Fields(text)
	for i, word := range words {
		longer := strings.TrimLeft(line+" "+word, " ")
		switch {
		case line == "" || p.TextWidth(longer, size) <= room:
			line = longer
		case len(lines) == most-1:
			return append(lines, p.fit(line+" "+strings.Join(words[i:], " "), size, room))
		default:
			lines, line = append(lines, p.fit(line, size, room)), word
		}
	}
	return append(lines, p.fit(line, size, room))
}
