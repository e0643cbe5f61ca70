# Builds and installs the C library, on Linux and other systems with ELF:
#
#     make install PREFIX=/usr/local
#
# It installs the headers, the shared library with its chain of links, the static library, the files
# with which pkg-config and CMake find them, and documentation. These variables can be set on the
# command line:
#
#     PREFIX      where to install: /usr/local
#     LIBDIR      where to install libraries: $(PREFIX)/lib
#     INCLUDEDIR  where to install headers: $(PREFIX)/include
#     DESTDIR     a folder to install into that stands for /, for packagers
#     PROFILE     the profile of cargo: release
#     TARGET      the platform to build for, in rustc's terms: this one
#     CARGO       the cargo command
#     OBJCOPY     the program that splits off the debug information: objcopy

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DOCDIR ?= $(PREFIX)/share/doc/headcount
DESTDIR ?=
PROFILE ?= release
TARGET ?=
CARGO ?= cargo
CARGO_TARGET_DIR ?= target
INSTALL ?= install
OBJCOPY ?= objcopy

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# Programs keep working with any library of the same ABI, whatever its version.
ABI := $(shell sed -n 's/^\#define HC_ABI_VERSION //p' include/headcount.h)
SONAME := libheadcount.so.$(ABI)
FILE := libheadcount.so.$(VERSION)
BUILT := $(CARGO_TARGET_DIR)/$(if $(TARGET),$(TARGET)/)$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

# The libraries that programs need besides libheadcount.a: those of `rustc --print
# native-static-libs`, without the compiler's own library, which the compiler adds itself in the
# right form (a test compares the two).
STATIC_LIBS := -lutil -lrt -lpthread -lm -ldl

CMAKEDIR = $(LIBDIR)/cmake/headcount
# CMake finds the rest relative to its own files, so that the whole can be moved.
CMAKE_INCLUDEDIR = $(shell realpath -ms --relative-to="$(CMAKEDIR)" "$(INCLUDEDIR)")

HEADERS := include/headcount.h include/headcount_packed.h \
    $(wildcard bindings/cpp/headcount.hpp)
DOCS := README.md docs/c-api.md docs/packed.md include/headcount.json LICENSE-MIT LICENSE-APACHE

# A text as sed's replacement, within the single quotes of a shell: `R&D` stays what it is.
literal = $(subst ','\'',$(subst |,\|,$(subst &,\&,$(subst \,\\,$(1)))))

FILL := sed -e 's|@PREFIX@|$(call literal,$(PREFIX))|g' \
    -e 's|@LIBDIR@|$(call literal,$(LIBDIR))|g' \
    -e 's|@INCLUDEDIR@|$(call literal,$(INCLUDEDIR))|g' -e 's|@VERSION@|$(VERSION)|g' \
    -e 's|@SONAME@|$(SONAME)|g' -e 's|@STATIC_LIBS@|$(STATIC_LIBS)|g' \
    -e 's|@CMAKE_STATIC_LIBS@|$(patsubst -l%,%,$(STATIC_LIBS))|g'

.PHONY: build install uninstall

build:
	$(CARGO) rustc --locked --lib --features capi --crate-type cdylib,staticlib \
	    --profile $(PROFILE) --target-dir $(CARGO_TARGET_DIR) \
	    $(if $(TARGET),--target $(TARGET)) -- -C link-arg=-Wl,-soname,$(SONAME)

# The folders of this installation, which may have spaces in their names.
TO_LIB = "$(DESTDIR)$(LIBDIR)
TO_INCLUDE = "$(DESTDIR)$(INCLUDEDIR)
TO_CMAKE = "$(DESTDIR)$(CMAKEDIR)
TO_DOC = "$(DESTDIR)$(DOCDIR)

install: build
	$(INSTALL) -d $(TO_INCLUDE)" $(TO_LIB)/pkgconfig" $(TO_CMAKE)" $(TO_DOC)"
	$(INSTALL) -m 644 $(HEADERS) $(TO_INCLUDE)"
	$(INSTALL) -m 755 "$(BUILT)/libheadcount.so" $(TO_LIB)/$(FILE)"
	$(call split,$(FILE))
	ln -sf $(FILE) $(TO_LIB)/$(SONAME)"
	ln -sf $(SONAME) $(TO_LIB)/libheadcount.so"
	$(INSTALL) -m 644 "$(BUILT)/libheadcount.a" $(TO_LIB)"
	$(FILL) packaging/headcount.pc.in >$(TO_LIB)/pkgconfig/headcount.pc"
	$(FILL) -e 's|@CMAKE_INCLUDEDIR@|$(call literal,$(CMAKE_INCLUDEDIR))|g' \
	    packaging/headcountConfig.cmake.in >$(TO_CMAKE)/headcountConfig.cmake"
	$(FILL) packaging/headcountConfigVersion.cmake.in >$(TO_CMAKE)/headcountConfigVersion.cmake"
	$(INSTALL) -m 644 $(DOCS) $(TO_DOC)"

# Moves the debug information of a library into a file beside it, where debuggers and backtraces
# find it, because programs load the library.
define split
if command -v $(OBJCOPY) >/dev/null; then cd $(TO_LIB)" \
    && $(OBJCOPY) --only-keep-debug $(1) $(1).debug && chmod 644 $(1).debug \
    && $(OBJCOPY) --strip-debug --add-gnu-debuglink=$(1).debug $(1); fi
endef

uninstall:
	for file in $(notdir $(HEADERS)); do rm -f $(TO_INCLUDE)/$$file"; done
	for end in so $(patsubst libheadcount.%,%,$(SONAME) $(FILE)) $(patsubst libheadcount.%,%,$(FILE)).debug a; do \
	    rm -f $(TO_LIB)/libheadcount.$$end"; done
	rm -f $(TO_LIB)/pkgconfig/headcount.pc"
	rm -rf $(TO_CMAKE)" $(TO_DOC)"
