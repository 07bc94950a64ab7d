package plot

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
)

// curve returns the curve of one run, without an interval.
func curve(name string, x, y []float64) Curve { return Curve{Name: name, X: x, Y: y, Runs: 1} }

// figures returns figures with long texts, with many curves and with extreme numbers.
func figures() map[string]*Figure {
	many := &Figure{Title: "many", X: "steps", Y: "return"}
	for i := range 40 {
		many.Curves = append(many.Curves, curve(fmt.Sprint(i), []float64{0, 1e5}, []float64{0, float64(i)}))
	}
	long := strings.Repeat("rather long ", 12)
	return map[string]*Figure{
		"many":     many,
		"long":     {Title: long, X: long, Y: long, Curves: []Curve{curve(long, []float64{0, 1}, []float64{1, 2})}},
		"bare":     {Curves: []Curve{curve("", []float64{0, 1}, []float64{1, 2})}},
		"flat":     {Title: "flat", Curves: []Curve{curve("flat", []float64{0, 1}, []float64{500, 500})}},
		"point":    {Title: "point", X: "steps", Curves: []Curve{curve("one", []float64{0}, []float64{0})}},
		"negative": {Y: "return", Curves: []Curve{curve("a", []float64{10, 20}, []float64{-1500.5, -120})}, Lines: []Line{{"solved", -90}}},
		"large":    {Y: "loss", Curves: []Curve{curve("a", []float64{1, 2.5e9}, []float64{-1e15, 3e15})}},
		"huge":     {Y: "loss", Curves: []Curve{curve("a", []float64{1, 2}, []float64{-1e300, 1e300})}},
		"small":    {Y: "loss", Curves: []Curve{curve("a", []float64{0, 2e-8}, []float64{1e-12, 2e-12})}},
		"near":     {Y: "loss", Curves: []Curve{curve("a", []float64{0, 1}, []float64{1e9, 1e9 + 1e-3})}},
	}
}

// TestInside checks that everything is inside of the picture, except texts that are too long at the
// smallest font size, and that texts do not overlap.
func TestInside(t *testing.T) {
	for name, f := range figures() {
		l, err := f.layout()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var rec render.Recorder
		l.draw(&rec)
		var texts [][4]float32
		for _, op := range rec.Ops {
			switch op.Op {
			case "line", "fill":
				points := op.Args[len(op.Args)%2:]
				for i := 0; i < len(points); i += 2 {
					if x, y := points[i], points[i+1]; !(x >= 0 && x <= width && y >= 0 && y <= float32(l.height)) {
						t.Fatalf("%s: a %s has the point (%v, %v), which is outside", name, op.Op, x, y)
					}
				}
			case "text":
				box := textBox(l.measure, op)
				if outside := box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > float32(l.height); outside && op.Args[2] > minSize {
					t.Errorf("%s: %q is at %v, which is outside", name, op.Text, box)
				}
				for _, other := range texts {
					if box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3] {
						t.Errorf("%s: %q at %v overlaps a text at %v", name, op.Text, box, other)
					}
				}
				texts = append(texts, box)
			}
		}
	}
}

// textBox returns the rectangle of a text, from its base line to the top of its capital letters.
func textBox(m *raster.Image, op render.Op) [4]float32 {
	x, y, size, align := op.Args[0], op.Args[1], op.Args[2], op.Args[3]
	w := m.TextWidth(op.Text, size)
	return [4]float32{x - align*w, y, x + (1-align)*w, y + 0.73*size}
}

// TestDashes checks dashes and gaps around a corner. Round ends make a dash longer by the line's width.
func TestDashes(t *testing.T) {
	var rec render.Recorder
	stroke{width: 1, dashes: []float32{4, 2}}.draw(&rec, []float32{0, 0, 8, 0, 8, 8})
	want := "[1 0 0 3 0] [1 6 0 8 0 8 1] [1 8 4 8 7]"
	var got []string
	for _, op := range rec.Ops {
		got = append(got, fmt.Sprint(op.Args))
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("dashes of 4 and gaps of 2 on 8 to the right and 8 up are %s, want %s", s, want)
	}
}

// TestSVG checks that every text gives valid XML.
func TestSVG(t *testing.T) {
	name := "a<b> & \"c\" \x00\x1b\xff]]>"
	f := &Figure{Title: name, Curves: []Curve{{Name: name, X: []float64{0, 1}, Y: []float64{1, 2}, Low: []float64{0, 1}, High: []float64{2, 3}, Runs: 2}}}
	var svg strings.Builder
	if err := f.WriteSVG(&svg); err != nil {
		t.Fatal(err)
	}
	d, texts := xml.NewDecoder(strings.NewReader(svg.String())), ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			texts += string(text)
		}
	}
	if want := "a<b> & \"c\" \ufffd]]>"; strings.Count(texts, want) != 2 {
		t.Errorf("the texts are %q, want %q twice", texts, want)
	}
}

// TestFigureErrors checks that the error names the number that cannot be drawn.
func TestFigureErrors(t *testing.T) {
	x := []float64{0, 1}
	for _, tc := range []struct {
		f    Figure
		want string
	}{
		{Figure{}, "plot: no curves; want one or more"},
		{Figure{Curves: []Curve{curve("a", nil, nil)}}, "plot: a has no points"},
		{Figure{Curves: []Curve{curve("a", x, []float64{0, math.NaN()})}}, "plot: a has NaN as point 2 of 2, which cannot be drawn"},
		{Figure{Curves: []Curve{curve("a", x, []float64{math.Inf(1), 0})}}, "plot: a has +Inf as point 1 of 2, which cannot be drawn"},
		{Figure{Curves: []Curve{curve("a", x, x)}, Lines: []Line{{"b", 1e301}}}, "plot: the line b is at 1e+301, which cannot be drawn"},
	} {
		for _, write := range []func(io.Writer) error{tc.f.WriteSVG, tc.f.WritePNG} {
			if err := write(io.Discard); err == nil || err.Error() != tc.want {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		}
	}
}

// FuzzTicks checks that every range has a few ascending ticks inside of it, with different labels.
func FuzzTicks(f *testing.F) {
	f.Add(0.0, 60416.0)
	f.Add(-1e300, 1e300)
	f.Add(1e9, 1e9)
	f.Add(1e6, 1000010.0)
	f.Add(-3e-310, 5e-324)
	f.Fuzz(func(t *testing.T, low, high float64) {
		if !drawable(low) || !drawable(high) {
			return
		}
		var a axis
		a.fit([]float64{low, high})
		all := ticks(a.low, a.high)
		if len(all) < 2 || len(all) > 12 {
			t.Fatalf("%d ticks of %v … %v, want 2 … 12", len(all), a.low, a.high)
		}
		tolerance := 1e-6 * (a.high - a.low)
		for i, tick := range all {
			if tick.value < a.low-tolerance || tick.value > a.high+tolerance || i > 0 && (tick.value <= all[i-1].value || tick.label == all[i-1].label) {
				t.Fatalf("tick %d of %v … %v is %s at %v", i, a.low, a.high, tick.label, tick.value)
			}
		}
	})
}
