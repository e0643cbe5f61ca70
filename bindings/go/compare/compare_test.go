// Package compare measures headcount beside mattn/go-sqlite3 at the same work: 100,000
// users, one read by email at a time, all listed, and durable creates.
package compare

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/headcount"
	_ "github.com/mattn/go-sqlite3"
)

const users = 100_000

func email(i int) string    { return fmt.Sprintf("user%06d@example.com", i) }
func username(i int) string { return fmt.Sprintf("user%d", i) }

var filled = sync.OnceValue(func() *headcount.Directory { return fill(0) })
var filledWithoutCache = sync.OnceValue(func() *headcount.Directory { return fill(-1) })

func fill(hostCacheUsers int) *headcount.Directory {
	dir, err := headcount.OpenInMemory(&headcount.Options{
		License: headcount.EnterpriseLicense(), HostCacheUsers: hostCacheUsers})
	if err != nil {
		panic(err)
	}
	for from := 0; from < users; from += 1000 {
		var batch headcount.Batch
		for i := from; i < from+1000; i++ {
			batch.CreateUser(newUser(i))
		}
		if _, err := dir.Apply(&batch); err != nil {
			panic(err)
		}
	}
	return dir
}

// The table that the other languages' comparisons have.
const table = `create table users (id text primary key, email text not null unique collate nocase,
	username text not null unique, given_name text, family_name text, active integer not null,
	admin integer not null, created_at integer not null, updated_at integer not null,
	version integer not null) without rowid`
const insert = `insert into users values (?, ?, ?, 'Ann', 'Lovelace', 1, 0, 1, 1, 1)`
const fields = `select * from users`

type row struct {
	id, email, username, given, family string
	active, admin                      bool
	created, updated, version          int64
}

func (r *row) places() []any {
	return []any{&r.id, &r.email, &r.username, &r.given, &r.family, &r.active, &r.admin, &r.created, &r.updated, &r.version}
}

// id is a new random id, as text.
func id() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func newUser(i int) headcount.NewUser {
	return headcount.NewUser{Email: email(i), Username: username(i), GivenName: "Ann", FamilyName: "Lovelace"}
}

var filledSQLite = sync.OnceValue(func() *sql.DB {
	db, err := sql.Open("sqlite3", "file::memory:?cache=shared")
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(1)
	db.Exec(table)
	tx, _ := db.Begin()
	for i := range users {
		if _, err := tx.Exec(insert, id(), email(i), username(i)); err != nil {
			panic(err)
		}
	}
	tx.Commit()
	return db
})

// Few enough to be in every cache, many enough to miss those of the processor at times.
const read = 1000

func BenchmarkGet(b *testing.B)    { get(b, filledWithoutCache()) }
func BenchmarkGetHit(b *testing.B) { get(b, filled()) }

func get(b *testing.B, dir *headcount.Directory) {
	emails := make([]string, read)
	for i := range emails {
		emails[i] = email(i * 97)
	}
	i := 0
	for b.Loop() {
		if _, err := dir.UserByEmail(emails[i%read]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkGetSQLite(b *testing.B) {
	get, err := filledSQLite().Prepare(fields + " where email = ?")
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		var r row
		if err := get.QueryRow(email(i % read * 97)).Scan(r.places()...); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkList(b *testing.B) {
	dir := filled()
	for b.Loop() {
		for _, err := range dir.Users() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/users, "ns/user")
}

func BenchmarkListSQLite(b *testing.B) {
	db := filledSQLite()
	for b.Loop() {
		rows, err := db.Query(fields + " order by email")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			var r row
			if err := rows.Scan(r.places()...); err != nil {
				b.Fatal(err)
			}
		}
		rows.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/users, "ns/user")
}

func BenchmarkCreate(b *testing.B) {
	for _, threads := range []int{1, 16} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			dir, err := headcount.Open(filepath.Join(b.TempDir(), "users.redb"),
				&headcount.Options{License: headcount.EnterpriseLicense()})
			if err != nil {
				b.Fatal(err)
			}
			defer dir.Close()
			creates(b, threads, func(i int) error {
				_, err := dir.CreateUser(newUser(i))
				return err
			})
		})
	}
}

func BenchmarkCreateSQLite(b *testing.B) {
	for _, threads := range []int{1, 16} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			db, err := sql.Open("sqlite3", filepath.Join(b.TempDir(), "users.db")+
				"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=60000&_txlock=immediate")
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(1) // Faster than as many connections that wait for each other.
			db.Exec(table)
			put, err := db.Prepare(insert)
			if err != nil {
				b.Fatal(err)
			}
			creates(b, threads, func(i int) error {
				_, err := put.Exec(id(), email(i), username(i))
				return err
			})
		})
	}
}

// creates has so many goroutines make the users of the benchmark.
func creates(b *testing.B, threads int, create func(int) error) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range threads {
		group.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := create(int(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}
