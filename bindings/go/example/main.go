// Command example keeps users in a file, meets the limit of its seats, and follows the
// changes:
//
//	go run ./example
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"example.com/headcount"
)

func main() {
	folder, err := os.MkdirTemp("", "headcount")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := run(filepath.Join(folder, "users.redb")); err != nil {
		log.Fatal(err)
	}
}

func run(path string) error {
	dir, err := headcount.Open(path, &headcount.Options{License: headcount.SeatLicense(2)})
	if err != nil {
		return err
	}
	defer dir.Close()

	for _, email := range []string{"steve@ex.co", "test@test.com", "late@ex.co"} {
		_, err := dir.CreateUser(headcount.NewUser{Email: email})
		var refused *headcount.Error
		if errors.As(err, &refused) && refused.Kind == headcount.ErrNoFreeSeat {
			fmt.Printf("%s: %d of %d seats are in use\n", email, refused.Seats.Active, refused.Seats.Limit)
		} else if err != nil {
			return err
		}
	}

	// In a full house, one leaves and another comes in.
	var batch headcount.Batch
	batch.DeactivateUser("steve@ex.co")
	batch.CreateUser(headcount.NewUser{Email: "late@ex.co", GivenName: "Late"})
	if _, err := dir.Apply(&batch); err != nil {
		return err
	}
	for user, err := range dir.Users() {
		if err != nil {
			return err
		}
		fmt.Println(user.Email, user.Active)
	}

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	for change, err := range dir.FollowChanges(ctx, 0) {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, event := range change.Events {
			fmt.Println(change.Sequence, event.Kind)
		}
	}
	return nil
}
