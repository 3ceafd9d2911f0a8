import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {}
struct SuppressCommand: AsyncParsableCommand {}
struct ContactsExport: AsyncParsableCommand {}
struct ContactsShow: AsyncParsableCommand {}
struct CampaignCheck: AsyncParsableCommand {}
struct CampaignSendTest: AsyncParsableCommand {}
