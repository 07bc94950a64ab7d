package f32

// This file has the loops over elements in plain Go. Each product is converted to float32 before
// it is added to another number. Without the conversion, a compiler may fuse the multiplication
// and the addition. The results would then depend on the machine.

func addGeneric(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

func subGeneric(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

func mulGeneric(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

func mulAddGeneric(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += float32(x[i] * y[i])
	}
}

func affineGeneric(dst, x []float32, k, l float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = float32(k*x[i]) + l
	}
}

func axpyGeneric(dst, x []float32, k float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += float32(k * x[i])
	}
}

func blendGeneric(dst, x []float32, tau, rest float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = float32(rest*dst[i]) + float32(tau*x[i])
	}
}

func minGeneric(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = min(x[i], y[i])
	}
}

func minGradGeneric(dx, dy, x, y []float32) {
	dy, x, y = dy[:len(dx)], x[:len(dx)], y[:len(dx)]
	for i := range dx {
		switch {
		case x[i] < y[i]:
			dx[i] += dy[i]
		case x[i] == y[i]:
			dx[i] += dy[i] / 2
		}
	}
}

func clipGeneric(dst, x []float32, low, high float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = min(max(x[i], low), high)
	}
}

func clipGradGeneric(dx, dy, x []float32, low, high float32) {
	dy, x = dy[:len(dx)], x[:len(dx)]
	for i := range dx {
		if low <= x[i] && x[i] <= high {
			dx[i] += dy[i]
		}
	}
}

func sumGeneric(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

func sumSquaresGeneric(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v) // the product is exact in float64, so it does not matter whether the addition is fused
	}
	return sum
}

func sumRowsGeneric(dst, x []float32, n int) {
	w := len(dst)
	for r := range n {
		addGeneric(dst, dst, x[r*w:(r+1)*w])
	}
}

func gatherGeneric(dst, src []float32, w int, index []int) {
	for i, j := range index {
		copy(dst[i*w:(i+1)*w], src[j*w:(j+1)*w])
	}
}
