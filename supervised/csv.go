package supervised

import (
	"bufio"
	"io"
	"strconv"

	"github.com/rlrun/rlrun/internal/atomicfile"
)

// WriteCSV writes the Set as a table of comma-separated values, with a line for each example: its
// class, the number of its rows that are not padding, and its T·W inputs. The first line has the
// names of the columns.
func (s *Set) WriteCSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString("class,length") // the bufio.Writer keeps the first error for Flush
	size := s.Steps * s.Width()
	for i := range size {
		b.WriteString(",x" + strconv.Itoa(i))
	}
	b.WriteByte('\n')
	var number []byte
	for k, class := range s.Classes {
		length := s.Steps
		if s.Lengths != nil {
			length = s.Lengths[k]
		}
		number = strconv.AppendInt(number[:0], int64(class), 10)
		number = strconv.AppendInt(append(number, ','), int64(length), 10)
		b.Write(number)
		for _, x := range s.Inputs[k*size : (k+1)*size] {
			number = strconv.AppendFloat(append(number[:0], ','), float64(x), 'g', -1, 32)
			b.Write(number)
		}
		b.WriteByte('\n')
	}
	return b.Flush()
}

// CreateCSV makes a new file with the text of WriteCSV. If the file exists, CreateCSV does not
// change it and returns an os.ErrExist.
func (s *Set) CreateCSV(name string) error { return atomicfile.Create(name, s.WriteCSV) }
