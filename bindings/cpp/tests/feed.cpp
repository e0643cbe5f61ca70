// The change feed: read, waited for, resumed, grown, woken by closing.
#include "story.hpp"

#include <future>
#include <poll.h>
#include <thread>

using namespace std::chrono_literals;

int main()
{
    auto users = hc::directory::in_memory(hc::options().license_if_new(hc::license::enterprise()));
    const auto feed = users.follow();
    CHECK(feed.read().empty() && feed.read(1ms).empty() && feed.read(-5ms).empty());
    CHECK(feed.position() == 0);

    {
        std::thread waker([&feed] { feed.wake(); });
        CHECK(feed.read(hc::feed::forever).empty());
        waker.join();
    }

    int calls = 0;
    auto other = users.follow();
    other.on_ready([&calls] { calls++; });
    hc::feed moved = std::move(other);
    CHECK(calls == 0 && other.try_on_ready({}).error().kind() == hc::status::null_argument);

    pollfd polled{feed.descriptor(), POLLIN, 0};
    CHECK(poll(&polled, 1, 0) == 0);
    const hc::user ann = users.create_user("ann@ex.co");
    CHECK(calls == 1 && !moved.read().empty());
    moved = users.follow(); // the callback is destroyed with its feed
    CHECK(calls == 1);
    moved.on_ready([&calls] { calls += 10; });
    CHECK(calls == 11); // there is something to read
    moved.on_ready({});
    CHECK(poll(&polled, 1, 0) == 1);
    std::promise<hc::result<hc::applied>> kept;
    users.submit(hc::batch().delete_user("nobody"),
                 [&kept](hc::result<hc::applied> &&answer) { kept.set_value(std::move(answer)); });
    const hc::result<hc::applied> answer = kept.get_future().get();
    CHECK(!answer && answer.error().kind() == hc::status::user_not_found);
    std::uint8_t buffer[1024];
    std::uint32_t offset = 0;
    std::size_t read = 0;
    const std::size_t bytes =
        users.read_user(hc::user_key::email, "ann@ex.co", buffer, sizeof buffer);
    CHECK(bytes > 100 && users.read_user(hc::user_key::any, "bob", buffer, sizeof buffer) == 0);
    const std::string keys("\x09\0\0\0ann@ex.co", 13);
    CHECK(users.read_users(hc::user_key::any, keys, buffer, sizeof buffer, &offset, 1, read) ==
          bytes);
    CHECK(read == 1 && offset == 16);
    const auto small = users.try_read_user(hc::user_key::any, "ann@ex.co", buffer, 20);
    CHECK(small.error().details().buffer_bytes == bytes);
    const hc::id request = hc::id::parse("45e6b641-fe57-4fb2-83d2-2c2bd201efe8");
    users.apply(hc::batch()
                    .actor(ann.id())
                    .request_id(request)
                    .create_user(hc::new_user("bob@ex.co").active(false))
                    .update_user(ann, hc::user_update().given_name("Ann").attribute("a", "b"))
                    .set_license(hc::license::seats(9))
                    .create_workspace("Models", ann)
                    .add_member("Models", "bob@ex.co", hc::role::user));
    const hc::change_batch changes = feed.read();
    CHECK(changes.size() == 2 && feed.position() == 2);
    auto change = changes.begin();
    CHECK(change->sequence() == 1 && !change->actor() && !change->request_id() &&
          change->size() == 1);
    CHECK(change->at(0).kind == hc::event_kind::user_created && change->at(0).user == ann.id());
    CHECK(change->at(0).is_active && change->at(7).kind == hc::event_kind{});
    ++change;
    CHECK(change->sequence() == 2 && change->actor() == ann.id() &&
          change->request_id() == request);
    CHECK(change->made_at() >= ann.created_at());
    std::vector<hc::event> events(change->begin(), change->end());
    CHECK(!events.empty() && !events[0].is_active &&
          events[0].kind == hc::event_kind::user_created);
    bool updated = false, licensed = false, added = false;
    for (const hc::event &event : *change) {
        if (event.kind == hc::event_kind::user_updated) {
            updated = true;
            CHECK(event.has(hc::field::given_name) && event.has(hc::field::attributes));
            CHECK(!event.has(hc::field::email) && event.user == ann.id() && event.workspace == 0);
        }
        if (event.kind == hc::event_kind::license_set) {
            licensed = true;
            CHECK(event.license == hc::license::seats(9) && !event.user);
        }
        if (event.kind == hc::event_kind::member_added && event.role == hc::role::user) {
            added = true;
            CHECK(event.workspace != 0 && event.user != ann.id());
        }
    }
    CHECK(updated && licensed && added);
    CHECK(++change == changes.end());
    int rounds = 0;
    for (const hc::change_view &again : changes) // any number of times
        CHECK(again.sequence() == static_cast<std::uint64_t>(++rounds));
    CHECK(rounds == 2);

    // From the last position.
    CHECK(users.follow(1).read().begin()->sequence() == 2);
    CHECK(users.follow(feed.position()).read().empty());

    // A change larger than the initial buffer.
    hc::batch large;
    for (int i = 0; i < 3000; ++i)
        large.create_user(hc::new_user("user" + std::to_string(i) + "@ex.co").active(false));
    users.apply(large);
    const hc::change_batch grown = feed.read();
    CHECK(grown.size() == 1 && grown.begin()->size() == 3000);

    // Waiting for a change, and for the closing of the directory.
    std::thread waiting([&] {
        const hc::change_batch came = feed.read(hc::feed::forever);
        CHECK(came.size() == 1 && came.begin()->sequence() == 4);
        CHECK(feed.try_read(hc::feed::forever).kind() == hc::status::closed);
    });
    std::this_thread::sleep_for(20ms);
    users.rename_workspace(1, "Other");
    while (feed.position() < 4)
        std::this_thread::yield();
    std::this_thread::sleep_for(20ms);
    users.close();
    waiting.join();
}
