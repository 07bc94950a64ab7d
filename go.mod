module github.com/rlrun/rlrun

go 1.26
