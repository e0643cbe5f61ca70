# Builds and installs the C library, on Linux and other systems with ELF:
#
#     make install PREFIX=/usr/local
#
# What is installed: the headers, the shared library with its chain of links, the
# static one, what pkg-config and CMake need to find them, and documentation.
# Variables, which can all be set on the command line:
#
#     PREFIX      where to install: /usr/local
#     LIBDIR      where to install libraries: $(PREFIX)/lib
#     INCLUDEDIR  where to install headers: $(PREFIX)/include
#     DESTDIR     a folder to install into that stands for /, for packagers
#     PROFILE     the profile of cargo: release
#     TARGET      the platform to build for, as rustc calls it: this one
#     CARGO       how to call cargo

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

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))
SONAME := libheadcount.so.$(SOVERSION)
BUILT := $(CARGO_TARGET_DIR)/$(if $(TARGET),$(TARGET)/)$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))

# What programs need besides libheadcount.a: what `rustc --print native-static-libs`
# says, without the compiler's own library, which the compiler adds in the form that
# fits (a test compares the two).
STATIC_LIBS := -lutil -lrt -lpthread -lm -ldl

PKGCONFIGDIR = $(LIBDIR)/pkgconfig
CMAKEDIR = $(LIBDIR)/cmake/headcount
# CMake finds the rest from where its files are, so that the whole can be moved.
CMAKE_INCLUDEDIR = $(shell realpath -ms --relative-to=$(CMAKEDIR) $(INCLUDEDIR))

HEADERS := include/headcount.h include/headcount_packed.h \
    $(wildcard bindings/cpp/headcount.hpp)
DOCS := README.md docs/packed.md LICENSE-MIT LICENSE-APACHE

FILL := sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@LIBDIR@|$(LIBDIR)|g' \
    -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|g' -e 's|@VERSION@|$(VERSION)|g' \
    -e 's|@SONAME@|$(SONAME)|g' -e 's|@STATIC_LIBS@|$(STATIC_LIBS)|g' \
    -e 's|@CMAKE_STATIC_LIBS@|$(patsubst -l%,%,$(STATIC_LIBS))|g'

.PHONY: build install uninstall

build:
	$(CARGO) rustc --locked --lib --features capi --crate-type cdylib,staticlib \
	    --profile $(PROFILE) --target-dir $(CARGO_TARGET_DIR) \
	    $(if $(TARGET),--target $(TARGET)) -- -C link-arg=-Wl,-soname,$(SONAME)

install: build
	$(INSTALL) -d $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PKGCONFIGDIR) \
	    $(DESTDIR)$(CMAKEDIR) $(DESTDIR)$(DOCDIR)
	$(INSTALL) -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 755 $(BUILT)/libheadcount.so $(DESTDIR)$(LIBDIR)/libheadcount.so.$(VERSION)
	ln -sf libheadcount.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libheadcount.so
	$(INSTALL) -m 644 $(BUILT)/libheadcount.a $(DESTDIR)$(LIBDIR)
	$(FILL) packaging/headcount.pc.in >$(DESTDIR)$(PKGCONFIGDIR)/headcount.pc
	$(FILL) -e 's|@CMAKE_INCLUDEDIR@|$(CMAKE_INCLUDEDIR)|g' \
	    packaging/headcountConfig.cmake.in >$(DESTDIR)$(CMAKEDIR)/headcountConfig.cmake
	$(FILL) packaging/headcountConfigVersion.cmake.in \
	    >$(DESTDIR)$(CMAKEDIR)/headcountConfigVersion.cmake
	$(INSTALL) -m 644 $(DOCS) $(DESTDIR)$(DOCDIR)

uninstall:
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(HEADERS)))
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/libheadcount.,so so.$(SOVERSION) so.$(VERSION) a)
	rm -f $(DESTDIR)$(PKGCONFIGDIR)/headcount.pc
	rm -rf $(DESTDIR)$(CMAKEDIR) $(DESTDIR)$(DOCDIR)
