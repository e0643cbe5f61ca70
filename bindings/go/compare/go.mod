module example.com/headcount/compare

go 1.26

require (
	example.com/headcount v0.0.0
	github.com/mattn/go-sqlite3 v1.14.53
)

replace example.com/headcount => ../
