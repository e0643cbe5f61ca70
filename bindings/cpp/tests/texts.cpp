// Attributes and texts beyond ASCII come back unchanged.
#include "story.hpp"

using namespace std::string_view_literals;

int main()
{
    auto users = hc::directory::in_memory();
    const std::string value_with_nul("a\0b", 3);
    const hc::moment founded = hc::moment(std::chrono::microseconds(1234567890123456));
    const hc::user made =
        users.create_user(hc::new_user("zoe@b\xc3\xbc"
                                       "cher.example")
                              .username("Zo\xc3\xab")
                              .given_name("\xe5\xbe\x8c\xe8\x97\xa4")
                              .family_name("O\xe2\x80\x99Hara \xf0\x9f\x98\x80")
                              .created_at(founded)
                              .attribute("b", value_with_nul)
                              .attribute("a", "")
                              .attribute("\xc3\xa9t\xc3\xa9", "\xd8\xb5\xd9\x8a\xd9\x81"));
    CHECK(made.created_at() == founded);
    CHECK(made.username() == "Zo\xc3\xab");
    CHECK(users.find_user_by_username("zO\xc3\x8b").value().id() == made.id());
    CHECK(users.find_user("zoe@xn--bcher-kva.example").value().id() == made.id());

    // Reading one by one and in batches returns the same.
    auto list = users.list_users();
    const hc::user_view &view = *list.next();
    CHECK(view.id() == made.id() && view.email() == made.email() &&
          view.username() == made.username());
    CHECK(view.given_name() == made.given_name() && view.family_name() == made.family_name());
    CHECK(view.is_active() == made.is_active() && view.is_admin() == made.is_admin());
    CHECK(view.created_at() == made.created_at() && view.updated_at() == made.updated_at());
    CHECK(made.attributes().size() == 3 && view.attributes().size() == 3);
    auto other = view.attributes().begin();
    for (const hc::attribute attribute : made.attributes()) {
        CHECK((*other).name == attribute.name && (*other).value == attribute.value);
        CHECK(view.attribute(attribute.name) == attribute.value);
        CHECK(made.attribute(attribute.name) == attribute.value);
        ++other;
    }
    CHECK(other == view.attributes().end());
    CHECK(made.attribute("a") == ""sv && made.attribute("b") == value_with_nul &&
          !made.attribute("c"));
    CHECK(made.attribute_at(0).name == "a" && made.attribute_at(1).value == value_with_nul);
    CHECK(made.attribute_at(3).name.empty() && view.attribute_at(3).name.empty());

    // Input needs no NUL at its end.
    const std::string_view part = std::string_view("bob@ex.co and more").substr(0, 9);
    CHECK(users.create_user(part).email() == "bob@ex.co");
    CHECK(users.find_user(part) && users.find_user_by_email(part));

    // Attributes are changed.
    const hc::user changed =
        users.update_user(made, hc::user_update().attribute("c", "1").remove_attribute("a"));
    CHECK(changed.attributes().size() == 3 && changed.attribute("c") == "1" &&
          !changed.attribute("a"));
    const hc::user replaced =
        users.update_user(made, hc::user_update().replace_attributes().attribute("d", "2"));
    CHECK(replaced.attributes().size() == 1 && replaced.attribute("d") == "2");
    CHECK(users.update_user(made, hc::user_update().replace_attributes()).attribute_count() == 0);
    const std::string large(16000, 'x');
    CHECK(users.update_user(made, hc::user_update().attribute("large", large)).attribute("large") ==
          large);

    // Ids.
    const hc::id id = made.id();
    CHECK(hc::id::parse(id.to_string()) == id && hc::id(id.bytes()) == id && id != hc::id());
    CHECK(hc::id() < id && !(id < id) && std::hash<hc::id>()(id) == std::hash<hc::id>()(made.id()));
    verify_and_close(users);
}
