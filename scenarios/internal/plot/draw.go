package plot

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A Figure is Curves with what is written about them.
type Figure struct {
	Title, X, Y string
	Curves      []Curve
	Lines       []Line // across the figure
	Dark        bool
}

// A Line is a figure to compare with: a threshold, or what others published.
type Line struct {
	Name string
	Y    float64
}

// colours can be told apart by the colour-blind, on white and on black: Okabe and
// Ito 2008, "Color universal design".
var colours = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff},
}

// A theme is what a figure is drawn on, and with.
type theme struct{ paper, ink, faint color.Color }

var (
	light = theme{color.White, color.Gray{0x26}, color.Gray{0xe4}}
	dark  = theme{color.NRGBA{0x16, 0x1b, 0x22, 0xff}, color.Gray{0xd8}, color.NRGBA{0x30, 0x36, 0x3d, 0xff}}
)

// Size of a figure on paper.
const (
	width  = 6.4 * vg.Inch
	height = 4.0 * vg.Inch
)

// WritePNG writes f as a picture of 1280×800 points, higher where the legend is below.
func (f *Figure) WritePNG(w io.Writer) error {
	l, err := f.layout()
	if err != nil {
		return err
	}
	c := vgimg.NewWith(vgimg.UseWH(width, l.height), vgimg.UseDPI(200), vgimg.UseBackgroundColor(f.theme().paper))
	l.draw(draw.New(c))
	_, err = vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

// WriteSVG writes f as a drawing.
func (f *Figure) WriteSVG(w io.Writer) error {
	l, err := f.layout()
	if err != nil {
		return err
	}
	c := vgsvg.New(width, l.height)
	l.draw(draw.New(c))
	_, err = c.WriteTo(w)
	return err
}

func (f *Figure) theme() theme {
	if f.Dark {
		return dark
	}
	return light
}

// A layout is a figure that is ready to be drawn.
type layout struct {
	plot          *plot.Plot
	legend        plot.Legend
	beside, below vg.Length // the room that the legend takes
	height        vg.Length
}

// layout places the legend beside the curves, or below them where its lines are long.
func (f *Figure) layout() (*layout, error) {
	p, err := f.plot()
	if err != nil {
		return nil, err
	}
	l := &layout{plot: p, legend: p.Legend, height: height}
	p.Legend = plot.NewLegend() // which would be drawn over the curves
	size := l.legend.Rectangle(draw.Canvas{}).Size()
	if size.X < width/3 {
		l.beside = size.X + 8
	} else {
		l.below = size.Y + 8
		l.height += l.below
	}
	return l, nil
}

func (l *layout) draw(c draw.Canvas) {
	inside := draw.Crop(c, 8, -14, 6, -8)
	l.plot.Draw(draw.Crop(inside, 0, -l.beside, l.below, 0))
	if l.below > 0 {
		l.legend.Draw(draw.Crop(inside, 30, 0, 0, l.below-inside.Size().Y))
	} else {
		l.legend.Draw(draw.Crop(inside, inside.Size().X-l.beside+8, 0, 0, -26))
	}
}

// plot makes the axes, curves and lines.
func (f *Figure) plot() (*plot.Plot, error) {
	p := plot.New()
	f.style(p)
	for i, curve := range f.Curves {
		if err := addCurve(p, curve, i); err != nil {
			return nil, err
		}
	}
	for i, l := range f.Lines {
		if err := f.addLine(p, l, i); err != nil {
			return nil, err
		}
	}
	p.X.Min = min(p.X.Min, 0)
	if room := p.Y.Max - p.Y.Min; room > 0 {
		p.Y.Min, p.Y.Max = p.Y.Min-room*0.03, p.Y.Max+room*0.05
	} else {
		p.Y.Min, p.Y.Max = p.Y.Min-1, p.Y.Max+1
	}
	return p, nil
}

// style sets the colours, letters and grid of a plot.
func (f *Figure) style(p *plot.Plot) {
	th := f.theme()
	p.BackgroundColor = th.paper
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = f.Title, f.X, f.Y
	p.Title.TextStyle.Color, p.Title.TextStyle.Font.Size = th.ink, 13
	p.Title.Padding = 8
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color, a.Tick.Color, a.Tick.Label.Color, a.Label.TextStyle.Color = th.ink, th.ink, th.ink, th.ink
		a.Label.TextStyle.Font.Size, a.Tick.Label.Font.Size = 11, 10
		a.Tick.Marker = ticks{}
		a.Padding = 0
		a.Label.Padding = 4
	}
	p.Legend.TextStyle.Color, p.Legend.TextStyle.Font.Size = th.ink, 10
	p.Legend.Padding, p.Legend.ThumbnailWidth, p.Legend.Left, p.Legend.Top = 3, 22, true, true
	for _, s := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.X.Tick.Label, &p.Y.Label.TextStyle, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		s.Font.Variant = "Sans"
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = th.faint, th.faint
	grid.Horizontal.Width, grid.Vertical.Width = 0.6, 0.6
	p.Add(grid)
}

// addCurve adds the i-th line, and a band of the same colour about it. Where there are
// more curves than colours, the others are dashed.
func addCurve(p *plot.Plot, c Curve, i int) error {
	ink := colours[i%len(colours)]
	line, err := plotter.NewLine(xys(c.X, c.Y))
	if err != nil {
		return fmt.Errorf("plot: %s: %w", c.Name, err)
	}
	line.Color, line.Width = ink, 1.6
	line.Dashes = [][]vg.Length{nil, {6, 2}, {2, 2}}[i/len(colours)%3]
	if c.Low != nil {
		outline := xys(c.X, c.High)
		for i := len(c.X) - 1; i >= 0; i-- {
			outline = append(outline, plotter.XY{X: c.X[i], Y: c.Low[i]})
		}
		band, err := plotter.NewPolygon(outline)
		if err != nil {
			return fmt.Errorf("plot: %s: %w", c.Name, err)
		}
		faint := ink
		faint.A = 0x40
		band.Color, band.LineStyle.Width = faint, 0
		p.Add(band)
	}
	p.Add(line)
	name := c.Name
	if c.Runs > 1 {
		name += " (" + figure.Count(c.Runs, "seed") + ")"
	}
	p.Legend.Add(name, line)
	return nil
}

// addLine adds a dashed line across.
func (f *Figure) addLine(p *plot.Plot, l Line, i int) error {
	from, to := p.X.Min, p.X.Max
	line, err := plotter.NewLine(plotter.XYs{{X: min(from, 0), Y: l.Y}, {X: to, Y: l.Y}})
	if err != nil {
		return fmt.Errorf("plot: %s: %w", l.Name, err)
	}
	line.Color, line.Width = f.theme().ink, 1
	line.Dashes = [][]vg.Length{{5, 3}, {2, 2}, {8, 2, 2, 2}}[i%3]
	p.Add(line)
	p.Legend.Add(l.Name, line)
	return nil
}

func xys(x, y []float64) plotter.XYs {
	all := make(plotter.XYs, len(x))
	for i := range x {
		all[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return all
}

// ticks are some five round numbers, written as people do: 20k, 1.5M.
type ticks struct{}

func (ticks) Ticks(low, high float64) (all []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, k := range []float64{5, 2.5, 2} {
		if (high-low)/(step*k) >= 3.5 {
			step *= k
			break
		}
	}
	size, unit := scale(max(math.Abs(low), math.Abs(high)))
	for i := int(math.Ceil(low/step - 1e-9)); float64(i)*step <= high*(1+1e-12); i++ {
		x := float64(i) * step
		label := figure.Known(x/size, step/size/10)
		if x != 0 {
			label += unit
		}
		all = append(all, plot.Tick{Value: x, Label: label})
	}
	return all
}

// scale returns the size by which the labels of an axis are divided, and the unit that is
// written behind them: 1,000 and k for a largest number of 10,000.
func scale(largest float64) (size float64, unit string) {
	switch {
	case largest >= 1e6:
		return 1e6, "M"
	case largest >= 1e4:
		return 1e3, "k"
	}
	return 1, ""
}
