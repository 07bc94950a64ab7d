package nn

// A Memory is what the recurrent layers of a network remember of the earlier steps of N sequences: a
// matrix with one row per sequence. The caller owns the matrix. A row of zeros is the memory at
// the start of an episode.
//
// The zero Memory has no rows. With it every sequence begins with a row of zeros, and what the
// network remembers at the end is lost.
type Memory struct {
	rows  []float32 // [N, width]
	width int       // floats of a row, for all layers together
	from  int       // first float of a row that is not passed over by After
}

// NewMemory returns the Memory that rows [N, width] contain. A network that changes the Memory
// changes rows.
func NewMemory(rows []float32, width int) Memory { return Memory{rows: rows, width: width} }

// Empty reports whether m has no rows.
func (m Memory) Empty() bool { return len(m.rows) == 0 }

// Row returns the first n floats of sequence i. A change to the slice changes the Memory.
func (m Memory) Row(i, n int) []float32 {
	at := i*m.width + m.from
	return m.rows[at : at+n : at+n]
}

// After returns the Memory without the first n floats of each row. It is the memory of the layers
// after a layer with n floats.
func (m Memory) After(n int) Memory {
	m.from += n
	return m
}

// Slice returns the Memory of the sequences [from, to).
func (m Memory) Slice(from, to int) Memory {
	if !m.Empty() {
		m.rows = m.rows[from*m.width : to*m.width]
	}
	return m
}

// A Pass says how Forward applies a network to a batch of rows.
type Pass struct {
	Mode Mode

	// Steps is the number of steps T of each sequence. A batch of T·N rows has N sequences, ordered
	// by time: row t·N+i is step t of sequence i. 0 means 1: each row is a sequence of its own.
	Steps int

	First  []bool // [T·N] true for a row that is the first of an episode: memory of earlier rows does not reach it; nil: no such rows
	Memory Memory // memory of the N sequences before their first step; a constant, which Forward does not change
}

// Sequences returns the number of sequences N in a batch of the given number of rows.
func (p Pass) Sequences(rows int) int { return rows / max(p.Steps, 1) }
