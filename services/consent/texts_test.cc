#include "services/consent/texts.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/runtime/crypto.h"

namespace brobygger::consent {
namespace {

TEST(Texts, Header) {
  const auto text = ParseText("version: da-plain-12\nlanguage: da-plain\nconfirmed: true\n\nHej {kaldenavn}\n\nJa?\n");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->version(), "da-plain-12");
  EXPECT_TRUE(text->confirmed());
  EXPECT_EQ(text->body(), "Hej {kaldenavn}\n\nJa?\n");
  EXPECT_EQ(text->sha256(), crypto::Hex(crypto::Sha256("Hej {kaldenavn}\n\nJa?\n")));
  for (const char* wrong : {
           "", "version: da-1", "version: da-1\nlanguage: da\n\nbody", "version: da-1\nlanguage: da\nconfirmed: maybe\n\nbody",
           "version: en-1\nlanguage: da\nconfirmed: true\n\nbody", "version: da-0\nlanguage: da\nconfirmed: true\n\nbody",
           "version: da-x\nlanguage: da\nconfirmed: true\n\nbody", "version: da-1\nversion: da-2\nlanguage: da\nconfirmed: true\n\nbody",
           "version: da-1\nlanguage: da\nconfirmed: true\ncolour: red\n\nbody", "version: da-1\nlanguage: da\nconfirmed: true\n\n \n"}) {
    EXPECT_FALSE(ParseText(wrong).ok()) << wrong;
  }
}

TEST(Texts, NewestOfEachLanguage) {
  ConsentTexts texts;
  for (const char* version : {"da-2", "da-10", "da-9"}) {
    ASSERT_TRUE(texts.Add(*ParseText(absl::StrCat("version: ", version, "\nlanguage: da\nconfirmed: false\n\n", version))).ok());
  }
  EXPECT_EQ(texts.Newest("da")->version(), "da-10");
  EXPECT_EQ(texts.Newest("en"), nullptr);
  EXPECT_TRUE(texts.IsCurrent("da-10", texts.Newest("da")->sha256()));
  EXPECT_FALSE(texts.IsCurrent("da-9", texts.Newest("da")->sha256()));
  EXPECT_FALSE(texts.IsCurrent("da-10", std::string(64, '0')));
  EXPECT_FALSE(texts.Add(*ParseText("version: da-9\nlanguage: da\nconfirmed: false\n\nother")).ok());
}

TEST(Texts, TheOnesThatAreShipped) {
  const auto texts = LoadTexts(CONSENT_TEXTS);
  ASSERT_TRUE(texts.ok()) << texts.status();
  for (const char* language : {"da", "da-plain", "en"}) {
    const v1::ConsentText* text = texts->Newest(language);
    ASSERT_NE(text, nullptr) << language;
    // The sentence on control and money is the municipality's to confirm.
    EXPECT_FALSE(text->confirmed()) << language;
    for (const char* place : {"{kaldenavn}", "{formål}", "{afsender_1}{, afsender_2}", "{modtager}", "{kategori_1}", "{egne_ord}", "{til_dato}",
                              "{kontaktperson_rolle}", "{sted}", "{telefon}", "{kontakt_dpo}", "{vidne_rolle}", "{tekst_version}", "{kun_hvis_begge_veje:"}) {
      EXPECT_NE(text->body().find(place), std::string::npos) << language << " " << place;
    }
  }
  EXPECT_NE(texts->Newest("da")->body().find("**Du får hjælp, selv om du siger nej.**"), std::string::npos);
  EXPECT_FALSE(LoadTexts("/nowhere").ok());
}

}  // namespace
}  // namespace brobygger::consent
